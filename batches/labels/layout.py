"""Where code and words stand on a label: the code as large as leaves the words legible."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, floor, sqrt

from ..barcodes.qr import QUIET_ZONE
from ..rules.label_stock import LEAST_PADDING, MM_PER_INCH, Stock
from .text_width import Line, height

# Modules in mm: GS1 asks for 0.396 at a till; phones read from 0.4 on, and with ease from 0.5 on.
LEAST_MODULE, EASY_MODULE = 0.4, 0.5
LEAST_DOTS = 4  # of a printer, to a module: DENSO WAVE
MODULE_STEP = 0.02
TIDY = 0.8  # dates in one row are worth a code, or type, that is so much smaller

# Type in mm. Regulation (EU) 1169/2011, article 13, asks for an x of 1.2 mm, of 0.9 mm on small
# packs, and an x is 0.52 of its type: 2.3 and 1.75.
COMFORTABLE, LEGIBLE, LEAST_SIZE, LARGEST_SIZE = 2.3, 1.75, 1.2, 6.0
SIZES = [step / 20 for step in range(round(LEAST_SIZE * 20), round(LARGEST_SIZE * 20) + 1)]

# What a label too small for all of it goes without, first things first; the code's letters stay.
LEFT_OUT_FIRST = ("shop", "butcher_date", "arrival_date", "batch_identifier", "use_by", "product")


@dataclass(frozen=True)
class Box:
    """A part of a label, in mm from the label's upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Arrangement:
    """A module's size in mm, the code with its quiet zone, and the words beside or below it."""

    module: float
    code: Box
    words: Box
    is_stacked: bool


@dataclass(frozen=True)
class Layout:
    """An arrangement, the type (mm) at which its words fit, and the fields it has no room for.

    Where `is_unbroken`, nothing but names needs more than one row.
    """

    arrangement: Arrangement
    size: float
    left_out: tuple[str, ...]
    is_unbroken: bool

    @property
    def module(self) -> float:
        return self.arrangement.module


def size_of_type(lines: tuple[Line, ...], box: Box) -> float:
    """The largest type (mm) at which `lines` fit into `box`; 0 where even the least does not."""
    fitting = bisect_right(SIZES, False, key=lambda size: not fits(lines, box, size))
    return SIZES[fitting - 1] if fitting else 0


def fits(lines: tuple[Line, ...], box: Box, size: float) -> bool:
    em = height(lines, max(box.width, 0) / size)
    return em is not None and em * size <= box.height


@lru_cache(maxsize=1024)
def arrange(
    stock: Stock,
    modules: int,
    lines: tuple[Line, ...],
    dots_per_inch: int | None = None,
    most_dots: int | None = None,
) -> Layout | None:
    """The best layout of a code of so many modules a side, quiet zone included, and of `lines`.

    None where the stock leaves no room for a code that scans. On a roll, a module and the place of
    the code are whole dots of the printer; `most_dots` is the largest module it can draw.
    """
    dot = dot_of(stock, dots_per_inch)
    sizes = module_sizes(min(stock.label) / modules, dot, most_dots)
    arrangements = [it for module in sizes for it in around(stock, modules, module, dot)]
    for count in range(len(LEFT_OUT_FIRST) + 1):
        left_out = LEFT_OUT_FIRST[:count]
        kept = tuple(line for line in lines if line.field not in left_out)
        if layouts := list(sized(arrangements, kept, left_out)):
            return best(layouts, stock)
    return None


def is_room(
    stock: Stock, modules: int, lines: tuple[Line, ...], dots_per_inch: int | None = None
) -> bool:
    """Whether `arrange` finds room for all of `lines`: none leaves more than the least module."""
    dot = dot_of(stock, dots_per_inch)
    least = module_sizes(min(stock.label) / modules, dot, None)[:1]
    arrangements = [it for module in least for it in around(stock, modules, module, dot)]
    return any(fits(lines, it.words, LEAST_SIZE) for it in arrangements)


def sized(
    arrangements: list[Arrangement], lines: tuple[Line, ...], left_out: tuple[str, ...]
) -> Iterator[Layout]:
    """The arrangements in which `lines` fit, with the largest type: dates in one row, or in two."""
    unbroken = tuple(replace(line, is_whole=not line.may_wrap) for line in lines)
    for arrangement in arrangements:
        for words in (unbroken, lines):
            if size := size_of_type(words, arrangement.words):
                yield Layout(arrangement, size, left_out, words is unbroken)


def best(layouts: list[Layout], stock: Stock) -> Layout:
    """The one with the largest code, of those whose words are easiest to read."""
    for least_size, least_module in thresholds(stock):
        good = [it for it in layouts if it.size >= least_size and it.module >= least_module]
        if good:
            break
    largest = max(layout.module for layout in good)
    least_tidy = max(TIDY * largest, least_module)
    tidy = [it for it in layouts if it.is_unbroken and it.module >= least_tidy]
    tidy_and_good = [it for it in tidy if it.size >= least_size]
    small_but_tidy = [it for it in tidy if it.size >= TIDY * least_size]
    chosen = tidy_and_good or small_but_tidy or good
    return max(chosen, key=lambda layout: (layout.module, layout.size))


def thresholds(stock: Stock) -> list[tuple[float, float]]:
    """Type and module (mm) that a layout of `stock` should reach, the wished first, then less."""
    wished = min(max(0.045 * sqrt(stock.label[0] * stock.label[1]), COMFORTABLE), 3.5)
    return [
        (wished, EASY_MODULE),
        (COMFORTABLE, EASY_MODULE),
        (LEGIBLE, EASY_MODULE),
        (LEAST_SIZE, EASY_MODULE),
        (LEGIBLE, LEAST_MODULE),
        (LEAST_SIZE, LEAST_MODULE),
    ]


def around(stock: Stock, modules: int, module: float, dot: float | None) -> Iterator[Arrangement]:
    """The words beside a code with such modules, and below it; nothing where it does not fit.

    What is black stays where the printer reaches. The code's white edge need not, but it stays so
    far from the label's own edge that a feed which is off does not cut it.
    """
    left, top, right, bottom = stock.insets()
    width, height = stock.label
    side, quiet = module * modules, module * QUIET_ZONE
    edges = [max(inset - quiet, LEAST_PADDING) for inset in (left, top, right, bottom)]
    from_left, from_top = (ceil(edge / dot) * dot if dot else edge for edge in edges[:2])
    spare_across = width - from_left - edges[2] - side
    spare_down = height - from_top - edges[3] - side
    if min(spare_across, spare_down) < 0:
        return
    code = Box(from_left, from_top + halved(spare_down, dot), side, side)
    words_left = from_left + side
    words = Box(words_left, top, width - right - words_left, height - top - bottom)
    yield Arrangement(module, code, words, is_stacked=False)
    code = Box(from_left + halved(spare_across, dot), from_top, side, side)
    words_top = from_top + side
    words = Box(left, words_top, width - left - right, height - bottom - words_top)
    yield Arrangement(module, code, words, is_stacked=True)


def dot_of(stock: Stock, dots_per_inch: int | None) -> float | None:
    """A dot (mm) of the label printer; None for a sheet, whose printer draws finer than that."""
    return MM_PER_INCH / (dots_per_inch or stock.dots_per_inch) if stock.is_roll else None


def halved(length: float, dot: float | None) -> float:
    """Half of it, in whole dots where there are dots."""
    return floor(length / 2 / dot) * dot if dot else length / 2


def least_module(stock: Stock, dots_per_inch: int | None) -> float:
    """The smallest module (mm) that is printed on `stock`: one that phones can read."""
    return module_sizes(EASY_MODULE * 2, dot_of(stock, dots_per_inch), None)[0]


def module_sizes(largest: float, dot: float | None, most_dots: int | None) -> list[float]:
    """The sizes (mm) a module may have: whole dots of a printer, or small steps."""
    if dot:
        least = max(LEAST_DOTS, ceil(LEAST_MODULE / dot))
        most = min(floor(largest / dot), most_dots or floor(largest / dot))
        return [dots * dot for dots in range(least, most + 1)]
    steps = range(round(LEAST_MODULE / MODULE_STEP), floor(largest / MODULE_STEP) + 1)
    return [step * MODULE_STEP for step in steps]
