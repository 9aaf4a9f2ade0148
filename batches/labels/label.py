"""One label: the code of a batch's report, and what stands in words beside it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Batch
from ..qr import QRCode, qr_code
from .fields import FIELDS
from .layout import LEGIBLE, Box, Layout, arrange, fits, size_of_type
from .stock import Stock
from .text import LINE_HEIGHT, Line

CODE_SCALE, SHOP_SCALE = 1.25, 0.9
PRODUCT_SCALES = (1.6, 1.4, 1.2, 1.0)  # a long name is smaller, before all of it is
SAMPLE_CODE = "7K3QF 9XM2A"
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
    lines: tuple[Line, ...]

    @property
    def module(self) -> float:
        return self.layout.arrangement.module

    @property
    def code(self) -> Box:
        return self.layout.arrangement.code

    @property
    def left_out(self) -> list[str]:
        """The fields that were asked for, and for which there is no room."""
        return [field for field in self.fields if field in self.layout.left_out]

    @cached_property
    def rows(self) -> list[Row]:
        words, size = self.layout.arrangement.words, self.layout.size
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
        """What it says of its batch, as `Batch.label_says` tells it."""
        return {
            field: said
            for field, said in self.batch.label_says().items()
            if field == "address" or field in {*self.fields} - {*self.left_out}
        }


class TooSmallError(Exception):
    """The stock leaves no room for a code that scans, with its letters beside it."""


def make_labels(
    batches: Iterable[Batch],
    stock: Stock,
    fields: Iterable[str],
    *,
    shop_name: str,
    dots_per_inch: int | None = None,
    most_dots: int | None = None,
) -> list[Label]:
    """A label for each batch, all with codes of one size where their words allow it.

    Raises TooSmallError where the stock has no room for a code. `most_dots`: see `arrange`.
    """
    fields = tuple(fields)
    usual_lines = sample(fields, shop_name)

    def fitted(batch: Batch) -> Label:
        qr = qr_code(batch.report_url())
        usual = arrange(stock, qr.modules, usual_lines, dots_per_inch, most_dots)
        lines = lines_of(batch, fields, shop_name)
        kept = tuple(line for line in lines if not usual or line.field not in usual.left_out)
        if usual and (scaled := largest_product(kept, usual)):
            return Label(batch, qr, stock, usual, fields, scaled)
        scaled = with_product(kept, PRODUCT_SCALES[-1])
        size = size_of_type(scaled, usual.arrangement.words) if usual else 0
        if usual and size >= min(LEGIBLE, usual.size):
            return Label(batch, qr, stock, replace(usual, size=size), fields, scaled)
        own = arrange(stock, qr.modules, with_product(lines, 1), dots_per_inch, most_dots)
        if own is None:
            raise TooSmallError
        kept = tuple(line for line in lines if line.field not in own.left_out)
        return Label(batch, qr, stock, own, fields, with_product(kept, 1))

    return [fitted(batch) for batch in batches]


def carries_a_code(stock: Stock, modules: int) -> bool:
    """Whether a code of so many modules and its letters fit, be it without another word."""
    return arrange(stock, modules, with_code([], SAMPLE_CODE)) is not None


def lines_of(batch: Batch, fields: Iterable[str], shop_name: str) -> tuple[Line, ...]:
    """What the label of `batch` says, in order."""
    said = {
        "product": batch.product.name,
        "batch_identifier": _("Batch %(batch)s") % {"batch": batch.batch_identifier},
        "butcher_date": _("Butchered %(day)s") % {"day": worded(batch.butcher_date)},
        "arrival_date": _("Arrived %(day)s") % {"day": worded(batch.arrival_date)},
        "use_by": batch.use_by and _("Use by %(day)s") % {"day": worded(batch.use_by)},
        "shop": shop_name,
    }
    lines = [Line(field, str(said[field])) for field in FIELDS if field in fields and said[field]]
    if not batch.may_be_sold():
        lines.insert(0, Line("warning", _("Not for sale")))
    return with_code(lines, batch.spelled_code())


def sample(fields: Iterable[str], shop_name: str) -> tuple[Line, ...]:
    """What a usual label says: by it the code is made as large as such words allow."""
    day = worded(date(2026, 9, 30))
    said = {
        "product": "Chicken thighs",
        "batch_identifier": _("Batch %(batch)s") % {"batch": "260930-01"},
        "butcher_date": _("Butchered %(day)s") % {"day": day},
        "arrival_date": _("Arrived %(day)s") % {"day": day},
        "use_by": _("Use by %(day)s") % {"day": day},
        "shop": shop_name,
    }
    lines = [Line(field, said[field]) for field in FIELDS if field in fields]
    return with_product(with_code(lines, SAMPLE_CODE), PRODUCT_SCALES[0])


def with_code(lines: list[Line], code: str) -> tuple[Line, ...]:
    """`lines` with the code's letters before the shop's name, which comes last and small."""
    shop = [replace(line, scale=SHOP_SCALE) for line in lines if line.field == "shop"]
    others = [line for line in lines if line.field != "shop"]
    return (*others, Line("code", code, CODE_SCALE, is_whole=True), *shop)


def largest_product(lines: tuple[Line, ...], layout: Layout) -> tuple[Line, ...] | None:
    """`lines` with the product as large as fits, if any does; no word broken where that can be."""
    box, size = layout.arrangement.words, layout.size
    scaled = [with_product(lines, scale) for scale in PRODUCT_SCALES]
    fitting = [it for it in scaled if fits(it, box, size)]
    names = [[line for line in it if line.field == "product"] for it in fitting]
    whole = [
        it
        for it, name in zip(fitting, names, strict=True)
        if not any(line.breaks(box.width / size) for line in name)
    ]
    return next(iter(whole or fitting), None)


def with_product(lines: tuple[Line, ...], scale: float) -> tuple[Line, ...]:
    return tuple(replace(it, scale=scale) if it.field == "product" else it for it in lines)


def worded(day: date) -> str:
    """The date with its month as a word, and as short as that can be."""
    return date_format(day, "j M Y")


def reads_from_the_right(text: str) -> bool:
    """Whether its first letter belongs to a script such as Arabic or Hebrew."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next((it in ("R", "AL") for it in directions if it in ("L", "R", "AL")), False)
