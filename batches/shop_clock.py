"""The shop's day, by whose midnight batches grow older.

It is the day by this machine's clock; by the database's, where that is another and far from this
one, so that all servers of a shop say the same; and never one before a batch has arrived.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Self

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateTimeField, QuerySet, Subquery, Value
from django.db.models.functions import Now
from django.utils import timezone

from freshness import replica

from .rules.shelf_life import day_of_shop

MOST_APART = timedelta(minutes=5)  # of clocks that tell the same time


LatestArrivalAndClock = QuerySet[Any, tuple[date | None, datetime | None]]


class ShopDay(NamedTuple):
    """It is certain where the clocks agree, and no batch has arrived after `now`."""

    now: datetime
    today: date
    is_certain: bool

    @classmethod
    def from_clocks(cls, latest_arrival: date | None, clock: datetime | None) -> Self:
        """`clock` is what the primary's database says, where it has one of its own."""
        here = timezone.localtime()
        now = right_time(here, clock)
        today = day_of_shop(now.date(), latest_arrival)
        return cls(now, today, is_certain=now is here and today == now.date())


asked: ContextVar[list[ShopDay] | None] = ContextVar("asked", default=None)


def latest_arrival_and_clock(database: str) -> LatestArrivalAndClock:
    """Of any batch; and what the database's clock says, unless it is SQLite or a replica."""
    batches, products = (apps.get_model("batches", it).objects for it in ("Batch", "Product"))
    has_clock = database == DEFAULT_DB_ALIAS and connections[database].vendor == "postgresql"
    clock = Now() if has_clock else Value(None, DateTimeField())
    latest = Subquery(batches.order_by("-arrival_date").values("arrival_date")[:1])
    found = products.using(database).annotate(latest=latest, clock=clock)
    both: LatestArrivalAndClock = found.values_list("latest", "clock")[:1]
    return both


def clock_of(database: str, clock: datetime | None) -> datetime | None:
    """The primary's: where a replica was asked, as it was last heard of."""
    return clock if database == DEFAULT_DB_ALIAS else replica.primary_clock()


def right_time(here: datetime, there: datetime | None) -> datetime:
    """Of two clocks: this machine's, and the database's where it has one of its own."""
    if there is None or abs(there - here) <= MOST_APART:
        return here
    return timezone.localtime(there)


def shop_today() -> date:
    return shop_day().today


def shop_day() -> ShopDay:
    answer = asked.get()
    if answer is None:
        return ask()
    if not answer:
        answer.append(ask())
    return answer[0]


@contextmanager
def one_day() -> Iterator[None]:
    """Within it today is asked for once: all that one answer says is of one day."""
    outer = asked.set([])
    try:
        yield
    finally:
        asked.reset(outer)


def ask() -> ShopDay:
    return ShopDay.from_clocks(*latest_arrival_and_clock(DEFAULT_DB_ALIAS).first() or (None, None))
