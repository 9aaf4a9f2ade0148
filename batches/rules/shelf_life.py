"""The rules of freshness: no clock, no database, no request.

Days are calendar days by the shop's clock, and whoever asks names today.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """What a batch is; of several that are true the first of recalled, expired, removed counts.

    Once removed, a batch that has not expired is neither fresh nor on caution: it is removed.
    """

    FRESH = "fresh", _("Fresh")
    CAUTION = "caution", _("Caution")
    EXPIRED = "expired", _("Expired")
    RECALLED = "recalled", _("Recalled")
    REMOVED = "removed", _("Off the shelf")

    @property
    def advice(self) -> str:
        """What it means to a customer, in a few words."""
        return str(ADVICE[self])


FOR_SALE = (Status.FRESH, Status.CAUTION)
ADVICE = {
    Status.FRESH: _("Good to buy."),
    Status.CAUTION: _("Buy it if you will eat it soon."),
    Status.EXPIRED: _("Past its shelf life. Do not buy."),
    Status.RECALLED: _("Do not eat."),
    Status.REMOVED: _("No longer on sale."),
}


@dataclass(frozen=True)
class ShelfLife:
    """The days on which a batch turns: its first day of caution, and its first day expired.

    They are the same day where the supplier's use-by date ends the fresh days.
    """

    caution_from: date
    expired_from: date

    @classmethod
    def from_dates(
        cls, arrival_date: date, use_by: date | None, *, fresh_days: int, caution_days: int
    ) -> Self:
        """Fresh through day `fresh_days` on the shelf, caution through `caution_days`, then not.

        The supplier's use-by date is the last day of all: food past it is deemed unsafe in the EU
        and the UK (Regulation (EU) 1169/2011, article 24), whatever the days on the shelf say.
        """
        caution_from = arrival_date + timedelta(days=fresh_days + 1)
        expired_from = arrival_date + timedelta(days=caution_days + 1)
        if use_by is not None:
            expired_from = min(expired_from, use_by + timedelta(days=1))
        return cls(min(caution_from, expired_from), expired_from)

    def status(self, today: date) -> Status:
        """Fresh, caution or expired: what the days alone say."""
        if today >= self.expired_from:
            return Status.EXPIRED
        if today >= self.caution_from:
            return Status.CAUTION
        return Status.FRESH

    @property
    def last_day(self) -> date:
        """The last day of its shelf life."""
        return self.expired_from - timedelta(days=1)

    def lasts_through(self, today: date) -> date | None:
        """The last day on which today's status holds; None once expired, which lasts."""
        turns = [day for day in (self.caution_from, self.expired_from) if day > today]
        return min(turns) - timedelta(days=1) if turns else None


def batch_status(life: ShelfLife, today: date, *, is_removed: bool, is_recalled: bool) -> Status:
    """What a batch is, by its days and by what was done with it."""
    if is_recalled:
        return Status.RECALLED
    status = life.status(today)
    return Status.REMOVED if is_removed and status != Status.EXPIRED else status


def day_of_shop(clock: date, latest_arrival: date | None) -> date:
    """The day by the shop's clock; that of the latest arrival of any batch, where it is later.

    What has arrived has arrived: a clock that says otherwise is behind.
    """
    return max(clock, latest_arrival or clock)


def days_on_shelf(arrival_date: date, today: date) -> int:
    """Whole days since arrival: the day of arrival is 0."""
    return (today - arrival_date).days


def next_midnight(now: datetime) -> float:
    """When the day of `now` ends by the clock of its own time zone, in seconds since 1970."""
    day_after = now.date() + timedelta(days=1)
    return datetime.combine(day_after, time.min, tzinfo=now.tzinfo).timestamp()


def seconds_left_of_day(now: datetime) -> int:
    """Seconds from `now` to the next midnight, rounded down.

    Counted as time that passes, so that a night on which the clocks change is right too.
    """
    return int(next_midnight(now) - now.timestamp())
