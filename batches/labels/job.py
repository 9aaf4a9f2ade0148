"""A job of printing: which labels, how many of each, and where each lands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from .label import Label
from .stock import Place, Stock

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

    def first_places(self) -> set[int]:
        """The numbers of the places that the first sheet fills."""
        return {place.number for place, _label in next(iter(self.sheets()), [])}
