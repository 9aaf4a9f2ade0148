"""The timeline of a batch: its days from arrival until it is expired, as a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from ..rules.shelf_life import ShelfLife, Status, days_on_shelf

MOST_DAYS_DRAWN = 31  # more would be a grey line
ROOM_FOR_A_SHAPE = 12  # percent of the timeline
ROOM_FOR_A_WORD = 18


@dataclass(frozen=True)
class Stretch:
    """The days of one status; `x` and `width` are percentages of the timeline."""

    status: Status
    begins: date
    x: str
    width: str
    has_room: bool
    is_now: bool


@dataclass(frozen=True)
class Timeline:
    """What is drawn: the stretches, the ends of days, and the middle of today.

    It is drawn to scale until a batch has been expired for longer than it was good: from then on
    today stands at the end.
    """

    stretches: tuple[Stretch, ...]
    ends_of_days: tuple[str, ...]
    today: str
    anchor: str

    @classmethod
    def from_shelf_life(cls, arrival_date: date, life: ShelfLife, today: date) -> Self:
        good = max(days_on_shelf(arrival_date, life.expired_from), 0)
        passed = max(days_on_shelf(arrival_date, today), 0)
        total = min(max(good + max(good // 4, 1), passed + 1), 2 * good + 2)
        place = min(passed, total - 1) + 0.5
        ends = range(1, total) if total <= MOST_DAYS_DRAWN else ()
        return cls(
            tuple(stretches(arrival_date, life, total, life.status(today))),
            tuple(percent(end, total) for end in ends),
            percent(place, total),
            anchor(100 * place / total),
        )


def stretches(arrival_date: date, life: ShelfLife, total: int, now: Status) -> Iterator[Stretch]:
    """Those that are at least a day long, of a timeline that is `total` days long."""
    turns = {
        Status.FRESH: arrival_date,
        Status.CAUTION: life.caution_from,
        Status.EXPIRED: life.expired_from,
    }
    begins = [max(days_on_shelf(arrival_date, day), 0) for day in turns.values()]
    for (status, day), begin, end in zip(turns.items(), begins, [*begins[1:], total], strict=True):
        if begin < end:
            x, width = percent(begin, total), percent(end - begin, total)
            has_room = 100 * (end - begin) / total >= ROOM_FOR_A_SHAPE
            yield Stretch(status, day, x, width, has_room, status == now)


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.4g}%"


def anchor(place: float) -> str:
    """Which end of a word stands at a place (percent) so that the timeline's ends do not cut it."""
    if place < ROOM_FOR_A_WORD / 2:
        return "start"
    return "end" if place > 100 - ROOM_FOR_A_WORD / 2 else "middle"
