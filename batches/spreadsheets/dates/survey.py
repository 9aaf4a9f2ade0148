"""In which order the dates of a whole file are written, and what only a person can say of them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from ...models.import_job import DateOrder
from ..importing.errors import UnreadableError
from ..importing.read_file import Row
from .formats import Readings, numeric_readings

Place = tuple[int, str]  # the line of a row, and the text of a cell in it


@dataclass
class DateSurvey:
    """`orders` are those in which every date that is written in numbers can be read.

    `example` is read differently in them; `future` has, by order, one that has not come yet.
    `text_date` tells most of the order; `real_date` is the spreadsheet's own, and might have been
    read in another one.
    """

    orders: list[str] = field(default_factory=list)
    example: Place | None = None
    future: dict[str, Place] = field(default_factory=dict)
    real_date: Place | None = None
    text_date: Place | None = None

    @property
    def order(self) -> str:
        """The order, where nobody needs to be asked; empty where there is no such date, too."""
        return self.orders[0] if self.orders and self.example is None else ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def survey_dates(
    columns: list[str],
    rows: Iterable[Row],
    date_columns: Collection[str],
    past_columns: Collection[str],
    today: date,
) -> DateSurvey:
    """What all rows together say. Days in `past_columns` cannot lie after today.

    Raises UnreadableError where two rows contradict each other.
    """
    survey = DateSurvey()
    first_of: dict[frozenset[DateOrder], Place] = {}
    texts: dict[str, tuple[Place, Readings]] = {}
    places = {number: name for number, name in enumerate(columns) if name in date_columns}
    for name, place, kind in date_cells(rows, places):
        if kind == "day":
            if survey.real_date is None and might_be_swapped(place[1]):
                survey.real_date = place
            continue
        readings = numeric_readings(place[1]) if kind in ("untyped", "text") else None
        if readings is None:
            continue
        note_future(survey, readings, place, today, is_past=name in past_columns)
        if readings:
            first_of.setdefault(frozenset(readings), place)
            texts.setdefault(place[1], (place, readings))
    settle(survey, first_of, list(texts.values()))
    return survey


def date_cells(rows: Iterable[Row], places: dict[int, str]) -> Iterator[tuple[str, Place, str]]:
    """The name of its column, its place and its kind, of each date cell that is not empty."""
    for line, cells in rows:
        for number, name in places.items():
            cell = cells[number] if number < len(cells) else ""
            kind, text = ("untyped", cell) if isinstance(cell, str) else cell
            if text:
                yield name, (line, text), kind


def might_be_swapped(iso_date: str) -> bool:
    """Whether day and month of a real date could stand for each other."""
    day = date.fromisoformat(iso_date[:10])
    return day.day <= 12 and day.day != day.month


def note_future(
    survey: DateSurvey, readings: Readings, place: Place, today: date, *, is_past: bool
) -> None:
    """Of a day that has come, year-month-day in two digits is no possible order if it has not."""
    if not is_past:
        return
    for order, day in list(readings.items()):
        if day > today and order == DateOrder.YEAR_FIRST and len(readings) > 1:
            del readings[order]
        elif day > today:
            survey.future.setdefault(order, place)


def settle(
    survey: DateSurvey,
    first_of: dict[frozenset[DateOrder], Place],
    texts: list[tuple[Place, Readings]],
) -> None:
    if not first_of:
        survey.real_date = None
        return
    fewest_readings = min(first_of, key=len)
    survey.text_date = first_of[fewest_readings]
    orders = frozenset.intersection(*first_of)
    if not orders:
        raise contradiction(first_of)
    survey.orders = [order.value for order in DateOrder if order in orders]
    differing = (
        place for place, readings in texts if len({readings[order] for order in orders}) > 1
    )
    survey.example = next(differing, None)


def contradiction(first_of: dict[frozenset[DateOrder], Place]) -> UnreadableError:
    pairs = list(combinations(first_of, 2))
    one, other = next((pair for pair in pairs if not pair[0] & pair[1]), pairs[0])
    (line, text), (other_line, other_text) = sorted((first_of[one], first_of[other]))
    message = _(
        "The dates of this file contradict each other: row %(line)d has %(text)s, and row "
        "%(other_line)d has %(other_text)s. They are not written in the same order. Write all of "
        "them in one way, such as 2026-11-22, and choose the file again."
    )
    return UnreadableError(
        message
        % {
            "line": line,
            "text": text[:40],
            "other_line": other_line,
            "other_text": other_text[:40],
        }
    )
