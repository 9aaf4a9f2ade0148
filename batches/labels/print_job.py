"""A job of printing: which labels, how many of each, and where each lands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from django.utils.safestring import SafeString

from ..rules.label_stock import Place, Stock
from .label import Label
from .svg import drawing

MOST_LABELS = 2000  # in one job


@dataclass(frozen=True)
class Job:
    """Labels on one stock, from place `start` of the first sheet on; `nudge` is in mm."""

    stock: Stock
    labels: Sequence[Label]
    copies: Sequence[int]
    start: int = 1
    nudge: tuple[float, float] = (0, 0)

    @property
    def total(self) -> int:
        return sum(self.copies)

    def drawings(self) -> Iterator[SafeString]:
        """Each label once, however many copies it has."""
        return map(drawing, self.labels)

    @cached_property
    def sheets(self) -> list[list[tuple[Place, Label]]]:
        """What is printed on each page: the copies of one label side by side."""
        queue = (
            label
            for label, copies in zip(self.labels, self.copies, strict=True)
            for _copy in range(copies)
        )
        places = self.stock.places(self.nudge)
        first = list(zip(places[self.start - 1 :], queue, strict=False))
        sheets = [first] if first else []
        while following := list(islice(queue, len(places))):
            sheets.append(list(zip(places, following, strict=False)))
        return sheets


@dataclass(frozen=True)
class PlaceShown:
    """A place of the first sheet, as somebody chooses among them."""

    number: int
    is_used: bool
    is_taken: bool
    is_first: bool


def places_shown(stock: Stock, job: Job | None) -> list[list[PlaceShown]]:
    """The places of a sheet as they lie on it; without a job, all are free."""
    start = job.start if job else 1
    taken = {place.number for place, _label in job.sheets[0]} if job and job.sheets else set()
    return [
        [
            PlaceShown(it.number, it.number < start, it.number in taken, it.number == start)
            for it in row
        ]
        for row in stock.rows_of_places()
    ]
