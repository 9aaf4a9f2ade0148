"""Dates as people and spreadsheets write them."""

import re
import unicodedata
from contextlib import suppress
from datetime import date

from django.utils.translation import gettext as _

from ...models.import_job import DateOrder
from .month_names import MONTH_NUMBER, WEEKDAY_NAMES, without_marks

LONGEST = 60  # characters that any way to write a date takes
DASHES = str.maketrans(dict.fromkeys("‐‑‒–−", "-"))
TIME_OF_DAY = re.compile(r"(.*[0-9.])(?:T|,? )([0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?(?: ?[AP]M)?)", re.I)
MIDNIGHT = re.compile(r"0?0:00(:00(\.0+)?)?|12:00(:00)? ?AM", re.I)
YEAR_FIRST = re.compile(r"([0-9]{4})( ?[./-] ?)([0-9]{1,2})\2([0-9]{1,2})\.?")
NUMERIC = re.compile(r"([0-9]{1,2})( ?[./-] ?)([0-9]{1,2})\2([0-9]{4}|[0-9]{2})\.?")
WITH_MONTH_NAME = re.compile(r"[a-z0-9 .,/-]+")
CENTURY = 2000  # that years of two digits are of
FILLERS = frozenset(("de", "del", "of", "th", "st", "nd", "rd", "o")) | WEEKDAY_NAMES

Readings = dict[DateOrder, date]


def read_date(text: str, order: str = "") -> date:
    """The date that `text` says, where its numbers stand in the given order.

    Raises ValueError, in words, if it says none, or several and no order is given.
    """
    day_text = without_time(text)
    if match := YEAR_FIRST.fullmatch(day_text):
        year, _separator, month, day = match.groups()
        return existing_date(text, int(year), int(month), int(day))
    readings = numeric_readings(text)
    if readings is not None:
        return chosen_reading(text, readings, order)
    parts = year_month_day_by_name(day_text)
    if parts is None:
        message = _("This is no date: %(text)s. Write it as year-month-day, such as 2026-11-22.")
        raise ValueError(message % {"text": text[:40]})
    return existing_date(text, *parts)


def existing_date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise no_such_date(text) from None


def no_such_date(text: str) -> ValueError:
    return ValueError(_("There is no such date: %(text)s.") % {"text": text[:40]})


def split_time(text: str) -> tuple[str, str]:
    """`text` with single spaces and plain dashes, and the time of day at its end, if any."""
    tidy = " ".join(unicodedata.normalize("NFKC", text[:LONGEST]).translate(DASHES).split())
    match = TIME_OF_DAY.fullmatch(tidy)
    return (match[1], match[2]) if match else (tidy, "")


def without_time(text: str) -> str:
    """`text` without a midnight at its end. Raises ValueError for any other time of day."""
    day_text, time = split_time(text)
    if time and not MIDNIGHT.fullmatch(time):
        message = _("This has a time of day: %(text)s. Write the date alone, such as 2026-11-22.")
        raise ValueError(message % {"text": text[:40]})
    return day_text


def numeric_readings(text: str) -> Readings | None:
    """What 27/11/2026 or 27.11.26 can be, by the order; None for text that is not of this kind."""
    day_text, time = split_time(text)
    match = NUMERIC.fullmatch(day_text)
    if match is None or (time and not MIDNIGHT.fullmatch(time)):
        return None
    first, _separator, second, last = match.groups()
    is_short = len(last) == 2
    year = int(last) + (CENTURY if is_short else 0)
    candidates = {
        DateOrder.DAY_FIRST: (year, int(second), int(first)),
        DateOrder.MONTH_FIRST: (year, int(first), int(second)),
    }
    if is_short and len(first) == 2:
        candidates[DateOrder.YEAR_FIRST] = (CENTURY + int(first), int(second), int(last))
    readings: Readings = {}
    for order, parts in candidates.items():
        with suppress(ValueError):
            readings[order] = date(*parts)
    return readings


def chosen_reading(text: str, readings: Readings, order: str) -> date:
    if not readings:
        raise no_such_date(text)
    if order:
        if order not in readings:
            raise no_such_date(text)
        return readings[DateOrder(order)]
    if len(set(readings.values())) > 1:
        message = _(
            "%(text)s could be read day first or month first. Write it as year-month-day, such as "
            "2026-11-22."
        )
        raise ValueError(message % {"text": text[:40]})
    return next(iter(readings.values()))


def year_month_day_by_name(text: str) -> tuple[int, int, int] | None:
    """The numbers in "27 Kasım 2026" or "Nov 27, 2026"; None if it names no whole date."""
    plain = without_marks(text)
    if not WITH_MONTH_NAME.fullmatch(plain):
        return None
    parts = [it for it in re.findall(r"[a-z]+|[0-9]+", plain) if it not in FILLERS]
    names = [part for part in parts if part.isalpha()]
    numbers = [part for part in parts if part.isdigit()]
    if len(parts) != 3 or len(names) != 1 or names[0] not in MONTH_NUMBER:
        return None
    year, day = (numbers[0], numbers[1]) if len(numbers[0]) == 4 else (numbers[1], numbers[0])
    if len(year) not in (2, 4) or len(day) > 2 or parts[-1].isalpha():
        return None
    return int(year) + (CENTURY if len(year) == 2 else 0), MONTH_NUMBER[names[0]], int(day)
