"""Label stock: sheets and rolls, where each label lies on them, and what a printer can reach."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

MM_PER_INCH = 25.4
# Most printers leave the outer sixth of an inch of a page white.
UNPRINTABLE_EDGE = MM_PER_INCH / 6
# Feeds are off by up to a millimetre: so far from its edge nothing stands on a label.
LEAST_PADDING, MOST_PADDING = 1.0, 2.5
TOLERANCE = 0.01  # mm: inches do not come out even
DEFAULT_STOCK = "plain-a4"
DOTS_PER_INCH = (203, 300)  # of thermal printers
# What in stock.json is no maker's own name or number.
TRANSLATED = [
    gettext_noop("Any maker"),
    gettext_noop("Plain paper"),
    gettext_noop("Zebra and others"),
    gettext_noop("Thermal 2 x 1 in (50.8 x 25.4 mm)"),
    gettext_noop("Thermal 2-1/4 x 1-1/4 in (57.2 x 31.8 mm)"),
    gettext_noop("Thermal 4 x 2 in (101.6 x 50.8 mm)"),
    gettext_noop("Thermal 57 x 32 mm"),
    gettext_noop("Thermal 100 x 50 mm"),
    gettext_noop("Scale label 58 x 40 mm"),
    gettext_noop("Scale label 60 x 40 mm"),
]


@dataclass(frozen=True)
class Place:
    """Where a label lies on its page: its number, and its upper left corner in mm."""

    number: int
    left: float
    top: float


@dataclass(frozen=True)
class Stock:
    """Labels as they are bought. Lengths are in mm; a roll is a page of one label.

    `margin` is where the first label begins, `pitch` is from one label to the next; both are
    (across, down). `printable` is the part of a roll's label that its printer reaches, centred.
    Of stock that is not `is_sure`, the sources differ by a millimetre or so.
    """

    key: str
    maker: str
    name: str
    is_roll: bool
    page: tuple[float, float]
    grid: tuple[int, int]
    label: tuple[float, float]
    margin: tuple[float, float]
    pitch: tuple[float, float]
    numbers: tuple[str, ...] = ()
    radius: float = 0
    dots_per_inch: int = DOTS_PER_INCH[0]
    printable: tuple[float, float] | None = None
    is_sure: bool = True
    is_cut_by_hand: bool = False

    @classmethod
    def from_entry(cls, entry: dict[str, Any]) -> Self:
        """An entry of stock.json, without its sources."""
        facts: dict[str, Any] = {
            name: tuple(it) if isinstance(it, list) else it for name, it in entry.items()
        }
        del facts["sources"]
        return cls(is_roll=facts.pop("kind") == "roll", **facts)

    def __str__(self) -> str:
        if self.numbers:
            return f"{self.maker_name} {self.numbers[0]}"
        return _(self.name) if self.name in TRANSLATED else self.name

    @property
    def maker_name(self) -> str:
        return _(self.maker) if self.maker in TRANSLATED else self.maker

    @property
    def size(self) -> str:
        """A label's width and height, as on its box."""
        width, height = (number_format(f"{length:.4g}") for length in self.label)
        return f"{width} × {height} mm"

    @property
    def capacity(self) -> int:
        """How many labels are on one page."""
        return self.grid[0] * self.grid[1]

    def places(self, nudge: tuple[float, float] = (0, 0)) -> list[Place]:
        """Where the labels of a page are printed: row by row, all shifted by `nudge` (mm)."""
        columns, rows = self.grid
        return [
            Place(
                row * columns + column + 1,
                round(self.margin[0] + column * self.pitch[0] + nudge[0], 3),
                round(self.margin[1] + row * self.pitch[1] + nudge[1], 3),
            )
            for row in range(rows)
            for column in range(columns)
        ]

    def end(self, axis: int) -> float:
        """Where the last label ends, in mm from the page's edge: across (0) or down (1)."""
        return self.margin[axis] + (self.grid[axis] - 1) * self.pitch[axis] + self.label[axis]

    def insets(self) -> tuple[float, float, float, float]:
        """How far (left, top, right, bottom; mm) what is printed stays from a label's edges.

        It is the same on each label, so that the outermost ones are reached by the printer too.
        """
        if self.printable:
            across, down = ((self.label[i] - self.printable[i]) / 2 for i in (0, 1))
            return across, down, across, down
        padding = min(max(min(self.label) / 20, LEAST_PADDING), MOST_PADDING)
        if self.is_roll:
            return padding, padding, padding, padding
        edges = (*self.margin, self.page[0] - self.end(0), self.page[1] - self.end(1))
        left, top, right, bottom = (max(padding, UNPRINTABLE_EDGE - edge) for edge in edges)
        return left, top, right, bottom

    @property
    def measures(self) -> str:
        """By these it is told whether stock has been measured anew."""
        return f"{self.page} {self.grid} {self.label} {self.margin} {self.pitch}"

    def rows_of_places(self) -> list[list[Place]]:
        """The places of a page as they lie on it."""
        places, columns = self.places(), self.grid[0]
        return [places[begin : begin + columns] for begin in range(0, len(places), columns)]

    @property
    def words(self) -> str:
        """By these it is found; static/js/labels.js compares what is typed in the same way."""
        size = f"{self.label[0]:g}x{self.label[1]:g}"
        told = (*self.maker_name.split(), *self.numbers, *str(self).split(), self.name, size)
        return " ".join(filter(None, map(plain, told)))

    def nearest(self, others: Iterable[Self]) -> Self | None:
        """The one of `others` most like it: for the same printer and page, then of near size."""
        return min(
            others,
            key=lambda other: (
                other.is_roll != self.is_roll,
                not self.is_roll and other.page != self.page,
                abs(other.label[0] - self.label[0]) + abs(other.label[1] - self.label[1]),
            ),
            default=None,
        )

    def faults(self) -> Iterator[tuple[str, str]]:
        """What cannot be true of it: the measure to mend, and a sentence that says how."""
        yield from self.faults_along(0, "pitch_x", "margin_left", "page_width")
        yield from self.faults_along(1, "pitch_y", "margin_top", "page_height")

    def faults_along(
        self, axis: int, step: str, margin: str, page: str
    ) -> Iterator[tuple[str, str]]:
        label, pitch = self.label[axis], self.pitch[axis]
        end, paper = self.end(axis), self.page[axis]
        if self.grid[axis] > 1 and pitch < label - TOLERANCE:
            words = _(
                "Labels would overlap: a label measures %(label)s, and the next one begins after "
                "%(pitch)s. Measure from edge to same edge."
            )
            yield step, words % {"label": told(label), "pitch": told(pitch)}
        elif end > paper + TOLERANCE:
            words = _(
                "The last label would end at %(end)s, and the page at %(page)s. Check the margin, "
                "the number of labels and the step between them."
            )
            is_alone = self.grid[axis] == 1 and not self.margin[axis]
            yield page if is_alone else margin, words % {"end": told(end), "page": told(paper)}


def told(length: float) -> str:
    """A length (mm) for those who measure in mm and for those who do in inches."""
    mm, inches = f"{length:.2f}", f"{length / MM_PER_INCH:.3f}"
    told_in = {"mm": mm, "inches": inches}
    for unit, digits in told_in.items():
        told_in[unit] = number_format(digits.rstrip("0").rstrip("."))
    return _("%(mm)s mm (%(inches)s in)") % told_in


def plain(word: str) -> str:
    """A word as it is compared: "DK-11209" is "dk11209", and "62×29" is "62x29"."""
    return re.sub(r"[^\w./]", "", word.lower().replace("×", "x").replace(",", "."))


@cache
def ready_made() -> dict[str, Stock]:
    """The makers' stock, by key. Each entry of stock.json names its sources."""
    entries = json.loads((Path(__file__).parent / "label_stock.json").read_text(encoding="utf-8"))
    return {entry["key"]: Stock.from_entry(entry) for entry in entries}
