"""Where code and words stand on a label: the code as large as leaves the words legible."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, floor, sqrt

from ..qr import QUIET_ZONE
from .stock import LEAST_PADDING, MM_PER_INCH, Stock
from .text import Line, height

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
    dot = MM_PER_INCH / (dots_per_inch or stock.dots_per_inch) if stock.is_roll else None
    arrangements = list(candidates(stock, modules, dot, most_dots))
    for count in range(len(LEFT_OUT_FIRST) + 1):
        left_out = LEFT_OUT_FIRST[:count]
        kept = tuple(line for line in lines if line.field not in left_out)
        unbroken = tuple(replace(line, is_whole=not line.may_wrap) for line in kept)
        layouts = [
            Layout(arrangement, size, left_out, words is unbroken)
            for arrangement in arrangements
            for words in (unbroken, kept)
            if (size := size_of_type(words, arrangement.words))
        ]
        if layouts:
            return best(layouts, stock)
    return None


def best(layouts: list[Layout], stock: Stock) -> Layout:
    """The one with the largest code, of those whose words are easiest to read."""
    wished = min(max(0.045 * sqrt(stock.label[0] * stock.label[1]), COMFORTABLE), 3.5)
    for least_size, least_module in (
        (wished, EASY_MODULE),
        (COMFORTABLE, EASY_MODULE),
        (LEGIBLE, EASY_MODULE),
        (LEAST_SIZE, EASY_MODULE),
        (LEGIBLE, LEAST_MODULE),
        (LEAST_SIZE, LEAST_MODULE),
    ):
        good = [
            layout
            for layout in layouts
            if layout.size >= least_size and layout.arrangement.module >= least_module
        ]
        if good:
            break
    largest = max(layout.arrangement.module for layout in good)
    tidy = [
        layout
        for layout in layouts
        if layout.is_unbroken
        and layout.size >= TIDY * least_size
        and layout.arrangement.module >= max(TIDY * largest, least_module)
    ]
    chosen = [layout for layout in tidy if layout in good] or tidy or good
    return max(chosen, key=lambda layout: (layout.arrangement.module, layout.size))


def candidates(
    stock: Stock, modules: int, dot: float | None, most_dots: int | None
) -> Iterator[Arrangement]:
    """Each size of module and, for it, the words beside the code and below it.

    What is black stays where the printer reaches. The code's white edge need not, but it stays so
    far from the label's own edge that a feed which is off does not cut it.
    """
    left, top, right, bottom = stock.insets()
    width, height = stock.label
    for module in module_sizes(min(width, height) / modules, dot, most_dots):
        side, quiet = module * modules, module * QUIET_ZONE
        from_left, from_top, from_right, from_bottom = (
            max(inset - quiet, LEAST_PADDING) for inset in (left, top, right, bottom)
        )
        if dot:
            from_left, from_top = ceil(from_left / dot) * dot, ceil(from_top / dot) * dot
        spare_across = width - from_left - from_right - side
        spare_down = height - from_top - from_bottom - side
        if min(spare_across, spare_down) < 0:
            return
        yield Arrangement(
            module,
            code=Box(from_left, from_top + halved(spare_down, dot), side, side),
            words=Box(
                from_left + side, top, width - right - from_left - side, height - top - bottom
            ),
            is_stacked=False,
        )
        yield Arrangement(
            module,
            code=Box(from_left + halved(spare_across, dot), from_top, side, side),
            words=Box(
                left, from_top + side, width - left - right, height - bottom - from_top - side
            ),
            is_stacked=True,
        )


def halved(length: float, dot: float | None) -> float:
    """Half of it, in whole dots where there are dots."""
    return floor(length / 2 / dot) * dot if dot else length / 2


def module_sizes(largest: float, dot: float | None, most_dots: int | None) -> list[float]:
    """The sizes (mm) a module may have: whole dots of a printer, or small steps."""
    if dot:
        least = max(LEAST_DOTS, ceil(LEAST_MODULE / dot))
        most = min(floor(largest / dot), most_dots or floor(largest / dot))
        return [dots * dot for dots in range(least, most + 1)]
    steps = range(round(LEAST_MODULE / MODULE_STEP), floor(largest / MODULE_STEP) + 1)
    return [step * MODULE_STEP for step in steps]
