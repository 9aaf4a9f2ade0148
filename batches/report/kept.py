"""Reports that are ready to be sent, each rendered once for each state of what it says."""

import gzip
import re
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from hashlib import sha256
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import connections
from django.template.loader import render_to_string
from django.utils.translation import get_language

from freshness import replica

from ..models import Batch
from ..rules.shelf_life import next_midnight
from ..shop_clock import ShopDay, clock_of, latest_arrival_and_clock
from .report import Report
from .style import report_style

PAGES_KEPT = 1_000  # by each worker: some 15 MB
SHARED_SECONDS = 60  # a recall is seen everywhere within so many seconds
GZIP = re.compile(r"(?:^|,) ?gzip ?(?:,|$)", re.I)


class Recorded(NamedTuple):
    """All that is recorded of a batch and its product, and the latest arrival of any batch."""

    batch: tuple[Any, ...]
    latest_arrival: date


class Read(NamedTuple):
    """What is recorded, and what the primary's clock says, where it has one of its own.

    `asked_at` is when it was asked for, in seconds of time.monotonic().
    """

    recorded: Recorded
    clock: datetime | None
    asked_at: float


@dataclass(frozen=True)
class Page:
    """A report as it is sent."""

    body: bytes
    etag: str
    status: str

    @classmethod
    def of(cls, batch: Batch, today: date) -> Self:
        report = Report.of(batch, today)
        context = {
            "report": report,
            "style": report_style(),
            "shop_name": settings.SHOP_NAME,
            "shop_language": settings.LANGUAGE_CODE,
        }
        body = render_to_string("batches/report/report.html", context).encode()
        return cls(body, f'"{sha256(body).hexdigest()[:32]}"', report.status.value)

    @cached_property
    def compressed(self) -> bytes:
        """The body by gzip."""
        return gzip.compress(self.body, mtime=0)


@dataclass(frozen=True)
class MadeOf:
    """All that an answer was made of: what is recorded, the day, and how long it may be shared.

    After `holds_until`, in seconds of time.monotonic(), it may be sent no more.
    """

    code: str
    recorded: Recorded
    today: date
    seconds: int
    holds_until: float = field(compare=False)

    @classmethod
    def of(cls, code: str, read: Read) -> Self:
        now, today, _is_certain = ShopDay.of(read.recorded.latest_arrival, read.clock)
        left_of_day = next_midnight(now) - now.timestamp()
        holds_until = min(read.asked_at + SHARED_SECONDS, time.monotonic() + left_of_day)
        seconds = min(SHARED_SECONDS, int(left_of_day))
        return cls(code, read.recorded, today, seconds, holds_until)

    def is_as_it_was(self) -> bool:
        read = replica.read(partial(read_in, self.code))
        if read is None:
            return False
        present = self.of(self.code, read)
        return self == present and present.still_holds()

    def still_holds(self) -> bool:
        """False where the process was frozen or held up since it read what is recorded."""
        return time.monotonic() < self.holds_until


class ChangedMeanwhileError(Exception):
    """A batch was saved while its page was rendered: what it says may be of both states."""


def page_of(code: str) -> tuple[Page, MadeOf] | None:
    """What its report says now, in the language that is active; None where there is no batch.

    It is as true as one that is rendered anew, for what is recorded is read each time, as far as a
    report may depend on it; the rest is the same as long as the worker lives.
    """
    return replica.read(partial(page_from, code))


def page_from(code: str, database: str) -> tuple[Page, MadeOf] | None:
    while read := read_in(code, database):
        made_of = MadeOf.of(code, read)
        try:
            page = kept_page(code, made_of.recorded, made_of.today, get_language(), database)
        except (ChangedMeanwhileError, Batch.DoesNotExist):
            continue
        if made_of.still_holds():
            return page, made_of
    return None


@lru_cache(PAGES_KEPT)
def kept_page(
    code: str, recorded: Recorded, today: date, language: str | None, database: str
) -> Page:
    batch = Batch.objects.using(database).select_related("product").get(pk=code)
    page = Page.of(batch, today)
    read = read_in(code, database)
    if read is None or read.recorded != recorded:
        raise ChangedMeanwhileError
    return page


def read_in(code: str, database: str) -> Read | None:
    asked_at = time.monotonic()
    with connections[database].cursor() as cursor:
        cursor.execute(question(database), [code])
        found: tuple[Any, ...] | None = cursor.fetchone()
    if found is None:
        return None
    latest_arrival, clock, *batch = found
    # SQLite has no dates.
    recorded = Recorded(tuple(batch), date.fromisoformat(f"{latest_arrival}"))
    return Read(recorded, clock_of(database, clock), asked_at)


def accepts_gzip(accept_encoding: str) -> bool:
    """As browsers say it; who says it in another way reads the body as it is."""
    return bool(GZIP.search(accept_encoding))


@lru_cache
def question(database: str) -> str:
    """Asked as it stands: to make it anew costs ten times what the answer costs."""
    batches = Batch.objects.using(database)
    day, _none = latest_arrival_and_clock(database).query.sql_with_params()
    batch, _pk = batches.select_related("product").filter(pk="").query.sql_with_params()
    return f"SELECT day.*, batch.* FROM ({day}) AS day, ({batch}) AS batch"  # noqa: S608
