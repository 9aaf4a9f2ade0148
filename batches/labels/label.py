"""One label: the code of a batch's report, and what stands in words beside it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from ..barcodes.qr import QRCode, qr_code
from ..models import Batch
from ..rules.label_stock import Stock
from .layout import LEGIBLE, Box, Layout, arrange, fits, is_room, size_of_type
from .text_width import LINE_HEIGHT
from .wording import PRODUCT_SCALES, Lines, lines_of, sample, with_product

BASELINE = 0.9  # em from the top of a row: high enough for what hangs below letters


@dataclass(frozen=True)
class Row:
    """A line of type as it is drawn in its box; lengths in mm, from the label's upper left corner.

    `x` is where it begins, or its middle; `y` is its baseline.
    """

    field: str
    text: str
    size: float
    box: Box
    is_centred: bool

    @property
    def key(self) -> str:
        """By this a row is told from others in the same job."""
        return f"{self.size:g} {self.text}"

    @property
    def is_rtl(self) -> bool:
        return reads_from_the_right(self.text)

    @property
    def is_inverse(self) -> bool:
        """Whether it stands white on black."""
        return self.field == "warning"

    @property
    def x(self) -> float:
        if self.is_centred:
            return round(self.box.left + self.box.width / 2, 3)
        return round(self.box.left + (self.box.width if self.is_rtl else 0), 3)

    @property
    def y(self) -> float:
        return round(self.box.top + self.size * BASELINE, 3)


@dataclass(frozen=True)
class Label:
    """The label of one batch on one stock, ready to be drawn."""

    batch: Batch
    qr: QRCode
    stock: Stock
    layout: Layout
    fields: tuple[str, ...]
    lines: Lines

    @property
    def module(self) -> float:
        return self.layout.arrangement.module

    @property
    def code(self) -> Box:
        return self.layout.arrangement.code

    @property
    def words(self) -> Box:
        return self.layout.arrangement.words

    @property
    def left_out(self) -> list[str]:
        """The fields that were asked for, and for which there is no room."""
        return [field for field in self.fields if field in self.layout.left_out]

    @cached_property
    def rows(self) -> list[Row]:
        words, size = self.words, self.layout.size
        is_stacked = self.layout.arrangement.is_stacked
        broken = [(line, text) for line in self.lines for text in line.rows(words.width / size)]
        used = sum(line.scale * size * LINE_HEIGHT for line, _text in broken)
        top = words.top if is_stacked else words.top + (words.height - used) / 2
        rows = []
        for line, text in broken:
            height = line.scale * size * LINE_HEIGHT
            box = Box(words.left, round(top, 3), round(words.width, 3), round(height, 3))
            is_centred = is_stacked or line.field == "warning"
            rows.append(Row(line.field, text, round(size * line.scale, 3), box, is_centred))
            top += height
        return rows

    @property
    def says(self) -> dict[str, str]:
        """What it says of its batch, as `Batch.label_says` tells it; no warning is no promise."""
        shown = {"address", *self.fields, *(line.field for line in self.lines)} - {*self.left_out}
        return {field: it for field, it in self.batch.label_says().items() if field in shown}


class TooSmallError(Exception):
    """The stock leaves no room for a code that scans, with its letters beside it."""


@dataclass(frozen=True)
class LabelMaker:
    """Makes labels of one stock, which all say the same fields.

    `dots_per_inch` is a label printer's; `most_dots` is the largest module that it can draw.
    """

    stock: Stock
    fields: tuple[str, ...] = ()
    shop_name: str = ""
    dots_per_inch: int | None = None
    most_dots: int | None = None

    def labels(self, batches: Iterable[Batch]) -> list[Label]:
        """A label for each batch, all with codes of one size where their words allow it.

        Raises TooSmallError where the stock has no room for a code.
        """
        return [self.label(batch) for batch in batches]

    @cached_property
    def usual_lines(self) -> Lines:
        return sample(self.fields, self.shop_name)

    def label(self, batch: Batch) -> Label:
        qr = qr_code(batch.report_url())
        lines = lines_of(batch, self.fields, self.shop_name)
        usual = self.arrange(qr.modules, self.usual_lines)
        layout, lines = fitted(lines, usual) if usual else (None, lines)
        if layout is None:
            lines = with_product(lines, PRODUCT_SCALES[-1])
            layout = self.arrange(qr.modules, lines)
        if layout is None:
            raise TooSmallError
        kept = tuple(line for line in lines if line.field not in layout.left_out)
        return Label(batch, qr, self.stock, layout, self.fields, kept)

    def arrange(self, modules: int, lines: Lines) -> Layout | None:
        return arrange(self.stock, modules, lines, self.dots_per_inch, self.most_dots)

    def carries_a_code(self, modules: int) -> bool:
        """Whether a code of so many modules and its letters fit, be it without another word."""
        return is_room(self.stock, modules, sample([], ""), self.dots_per_inch)


def fitted(lines: Lines, usual: Layout) -> tuple[Layout | None, Lines]:
    """`usual` and `lines` as large as they fit into it; None where they would be too small."""
    box, size = usual.arrangement.words, usual.size
    kept = tuple(line for line in lines if line.field not in usual.left_out)
    scaled = (with_product(kept, scale) for scale in PRODUCT_SCALES)
    fitting = (it for it in scaled if fits(it, box, size))
    if largest := next(fitting, None):
        limit = box.width / size
        whole = (it for it in chain([largest], fitting) if not breaks_the_product(it, limit))
        return usual, next(whole, largest)
    smallest = with_product(kept, PRODUCT_SCALES[-1])
    smaller = size_of_type(smallest, box)
    if smaller < min(LEGIBLE, size):
        return None, lines
    return replace(usual, size=smaller), smallest


def breaks_the_product(lines: Lines, limit: float) -> bool:
    return any(line.breaks(limit) for line in lines if line.field == "product")


def reads_from_the_right(text: str) -> bool:
    """Whether its first letter belongs to a script such as Arabic or Hebrew."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next(
        (direction in ("R", "AL") for direction in directions if direction in ("L", "R", "AL")),
        False,
    )
