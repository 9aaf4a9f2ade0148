"""All that a customer's report depends on, read from the database in one statement."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from freshness import replica

from ..rules.shelf_life import next_midnight
from ..shop_clock import ShopDay, clock_of

SHARED_SECONDS = 60  # for so long a cache may give an answer to others, and no answer is older

# Written out, as building it by the ORM takes ten times as long as it takes the database to answer.
STATEMENT = """
SELECT (SELECT max(arrival_date) FROM batches_batch), {clock},
    batch.id, batch.batch_identifier, batch.butcher_date, batch.arrival_date, batch.use_by,
    batch.caution_from, batch.expired_from, batch.removed_on, batch.recalled_at,
    batch.recall_reason, product.name, product.emoji, product.storage_advice
FROM batches_batch AS batch JOIN batches_product AS product ON product.id = batch.product_id
WHERE batch.id = %s"""
WITH_CLOCK = STATEMENT.format(clock="statement_timestamp()")
WITHOUT_CLOCK = STATEMENT.format(clock="NULL")


class ReportRow(NamedTuple):
    """The columns of a batch and its product that its report shows, as the database gave them."""

    code: str
    batch_identifier: str
    butcher_date: Any
    arrival_date: Any
    use_by: Any
    caution_from: Any
    expired_from: Any
    removed_on: Any
    recalled_at: Any
    recall_reason: str
    product: str
    emoji: str
    storage_advice: str


@dataclass(frozen=True)
class ReportState:
    """What is recorded of a batch, on a day of the shop.

    A cache may share the answer for `shared_seconds`. It may be sent until `deadline`, in seconds
    of time.monotonic(): the day is over then, or the process was frozen since it read the row.
    """

    row: ReportRow
    today: date
    shared_seconds: int
    deadline: float

    def is_current(self) -> bool:
        return time.monotonic() < self.deadline


def read_state(code: str) -> ReportState | None:
    """Return the state of this batch's report, or None where there is no such batch."""
    return replica.read(partial(read_state_in, code))


def read_state_in(code: str, database: str) -> ReportState | None:
    asked_at = time.monotonic()
    connection = connections[database]
    has_clock = connection.vendor == "postgresql" and database == DEFAULT_DB_ALIAS
    with connection.cursor() as cursor:
        cursor.execute(WITH_CLOCK if has_clock else WITHOUT_CLOCK, [code])
        values: tuple[Any, ...] | None = cursor.fetchone()
    if values is None:
        return None
    latest_arrival, clock, *columns = values
    now, today, _ = ShopDay.from_clocks(as_date(latest_arrival), clock_of(database, clock))
    left_of_day = next_midnight(now) - now.timestamp()
    deadline = min(asked_at + SHARED_SECONDS, time.monotonic() + left_of_day)
    shared_seconds = min(SHARED_SECONDS, int(left_of_day))
    return ReportState(ReportRow(*columns), today, shared_seconds, deadline)


def as_date(value: Any) -> date:
    """The date that a database gives; SQLite gives what it computes as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def as_datetime(value: Any) -> datetime:
    """The moment that a database gives; SQLite has them in UTC and without saying so."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
