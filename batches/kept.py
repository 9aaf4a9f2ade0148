"""Reports that are ready to be sent, each rendered once for each state of what it says."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import connections
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from . import replica
from .models import Batch
from .report_style import report_style
from .reports import Report
from .shelf_life import day_of_shop, seconds_left_of_day

PAGES_KEPT = 1_000  # by each worker: some 10 MB
SHARED_SECONDS = 60  # a recall is seen everywhere within so many seconds


class Recorded(NamedTuple):
    """All that is recorded of a batch and its product, and the latest arrival of any batch."""

    row: tuple[Any, ...]
    latest_arrival: date

    def today(self, now: datetime) -> date:
        return day_of_shop(now.date(), self.latest_arrival)


@dataclass(frozen=True)
class Page:
    """A report of what was `recorded`."""

    recorded: Recorded
    body: bytes
    etag: str
    shown: str

    @classmethod
    def of(cls, batch: Batch, recorded: Recorded, today: date) -> Self:
        report = Report.of(batch, today)
        context = {
            "report": report,
            "style": report_style(),
            "shop_name": settings.SHOP_NAME,
            "shop_language": settings.LANGUAGE_CODE,
        }
        body = render_to_string("batches/report.html", context).encode()
        return cls(recorded, body, f'"{sha256(body).hexdigest()[:32]}"', report.shown)


@dataclass(frozen=True)
class MadeOf:
    """All that an answer was made of: what is recorded, the day, and how long it may be shared."""

    code: str
    recorded: Recorded
    today: date
    seconds: int

    @classmethod
    def of(cls, code: str, recorded: Recorded, now: datetime) -> Self:
        seconds = min(SHARED_SECONDS, seconds_left_of_day(now))
        return cls(code, recorded, recorded.today(now), seconds)

    def is_as_it_was(self) -> bool:
        recorded = replica.read(partial(recorded_in, self.code))
        return recorded is not None and self == self.of(self.code, recorded, timezone.localtime())


class ChangedMeanwhileError(Exception):
    """A batch was saved while its page was rendered: what it says may be of both states."""


def page_of(code: str, now: datetime) -> Page | None:
    """What its report says now, in the language that is active; None where there is no batch.

    It is as true as one that is rendered anew, for what is recorded is read each time, as far as a
    report may depend on it; the rest is the same as long as the worker lives.
    """
    return replica.read(partial(page_from, code, now))


def page_from(code: str, now: datetime, database: str) -> Page | None:
    while recorded := recorded_in(code, database):
        try:
            return kept_page(code, recorded, recorded.today(now), get_language(), database)
        except (ChangedMeanwhileError, Batch.DoesNotExist):
            continue
    return None


@lru_cache(PAGES_KEPT)
def kept_page(
    code: str, recorded: Recorded, today: date, language: str | None, database: str
) -> Page:
    batch = Batch.objects.using(database).select_related("product").get(pk=code)
    page = Page.of(batch, recorded, today)
    if recorded_in(code, database) != recorded:
        raise ChangedMeanwhileError
    return page


def recorded_in(code: str, database: str) -> Recorded | None:
    """As the database has it."""
    with connections[database].cursor() as cursor:
        cursor.execute(question(), [code])
        found: tuple[Any, ...] | None = cursor.fetchone()
    if found is None:
        return None
    latest_arrival, *row = found
    # SQLite has no dates.
    return Recorded(tuple(row), date.fromisoformat(f"{latest_arrival}"))


@lru_cache
def question() -> str:
    """Asked as it stands: to make it anew costs ten times what the answer costs."""
    latest_arrival, _none = Batch.objects.latest_arrival().query.sql_with_params()
    asked = Batch.objects.select_related("product").filter(pk="")
    batch, _pk = asked.query.sql_with_params()
    return f"SELECT ({latest_arrival}), batch.* FROM ({batch}) AS batch"  # noqa: S608
