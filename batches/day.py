"""The shop's day, by whose midnight batches grow older.

It is the day by this machine's clock; by the database's, where that is another and far from this
one, so that all servers of a shop say the same; and never one before a batch has arrived.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.apps import apps
from django.utils import timezone

from .shelf_life import day_of_shop

MOST_APART = timedelta(minutes=5)  # of clocks that tell the same time

asked: ContextVar[list[date] | None] = ContextVar("asked", default=None)


def right_time(here: datetime, there: datetime | None) -> datetime:
    """Of two clocks: this machine's, and the database's where it has one of its own."""
    if there is None or abs(there - here) <= MOST_APART:
        return here
    return timezone.localtime(there)


def shop_today() -> date:
    answer = asked.get()
    if answer is None:
        return ask()
    if not answer:
        answer.append(ask())
    return answer[0]


def clock_agrees() -> bool:
    """Else one of the two is wrong, and only a person can say which."""
    return timezone.localdate() == shop_today()


@contextmanager
def one_day() -> Iterator[None]:
    """Within it today is asked for once: all that one answer says is of one day."""
    outer = asked.set([])
    try:
        yield
    finally:
        asked.reset(outer)


def ask() -> date:
    batches = apps.get_model("batches", "Batch").objects
    latest_arrival, clock = batches.latest_arrival_and_clock().first() or (None, None)
    return day_of_shop(right_time(timezone.localtime(), clock).date(), latest_arrival)
