"""How often customers look at reports: at which hours, what they are shown, and which batches."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import staff_required

from ..models import Batch, BatchScans, ShopScans
from ..rules.shelf_life import Status

WEEK = 7
PERIODS = [WEEK, 30]  # days
LEVELS = 4  # of ink in the picture
MOST_SHOWN = 10  # batches
DAYS_OF_A_BATCH = 7


@dataclass(frozen=True)
class Cell:
    """An hour of a day. `level` is 0 where nobody looked, and up to LEVELS; None: it is to come."""

    count: int
    level: int | None

    @property
    def words(self) -> str:
        """Short enough for a phone's seventh part."""
        if self.count < 10_000:
            return f"{self.count}"
        return _("%(thousands)dk") % {"thousands": self.count // 1000}


@dataclass(frozen=True)
class Week:
    """The picture: a column for each of the last days, a row for each hour of the shop's clock."""

    days: list[date]
    hours: list[tuple[int, list[Cell]]]

    @classmethod
    def up_to(cls, now: datetime) -> Self:
        days = [now.date() - timedelta(days=ago) for ago in reversed(range(WEEK))]
        rows = ShopScans.objects.lately(now.date(), WEEK).values_list("day", "hour")
        counts = Counter({(day, hour): count for day, hour, count in rows.annotate(Sum("count"))})
        most = max(counts.values(), default=0)
        to_come = (now.date(), now.hour)

        def cell(day: date, hour: int) -> Cell:
            count = counts[day, hour]
            is_to_come = (day, hour) > to_come and not count
            return Cell(count, None if is_to_come else level(count, most))

        return cls(days, [(hour, [cell(day, hour) for day in days]) for hour in range(24)])


def level(count: int, most: int) -> int:
    return -(-LEVELS * count // most) if most else 0


@dataclass(frozen=True)
class Part:
    """Of all scans those that were shown one status; `x` and `width` are per cent."""

    status: Status
    count: int
    x: float
    width: float


def parts_of(today: date, days: int) -> list[Part]:
    counts = ShopScans.objects.lately(today, days).by_status()
    total, before, parts = counts.total() or 1, 0, []
    for status in Status:
        x, width = 100 * before / total, 100 * counts[status] / total
        parts.append(Part(status, counts[status], round(x, 3), round(width, 3)))
        before += counts[status]
    return parts


@dataclass(frozen=True)
class Looked:
    """How often something was looked at; `width` is per cent of the most."""

    at: Batch | date
    count: int
    width: float


def most_looked_at(today: date, days: int) -> list[Looked]:
    counts = BatchScans.objects.lately(today, days).values_list("batch").annotate(it=Sum("count"))
    most = list(counts.order_by("-it", "batch")[:MOST_SHOWN])
    batches = Batch.objects.select_related("product").in_bulk([code for code, _count in most])
    return in_proportion([(batches[code], it) for code, it in most if code in batches])


def last_days_of(batch: Batch) -> list[Looked]:
    """The last days on which it was looked at, the latest first."""
    rows = batch.scans.order_by("-day").values_list("day", "count")[:DAYS_OF_A_BATCH]
    return in_proportion(list(rows))


def in_proportion(counts: list[tuple[Batch, int]] | list[tuple[date, int]]) -> list[Looked]:
    most = max((count for _at, count in counts), default=1)
    return [Looked(at, count, round(100 * count / most, 3)) for at, count in counts]


@staff_required
@require_safe
def scans(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    days = next((period for period in PERIODS if request.GET.get("days") == f"{period}"), WEEK)
    parts = parts_of(now.date(), days)
    context = {
        "periods": [(period, period == days) for period in PERIODS],
        "days": days,
        "today": now.date(),
        "parts": parts,
        "total": sum(part.count for part in parts),
        "week": Week.up_to(now),
        "most": most_looked_at(now.date(), days),
    }
    return render(request, "batches/scans/scans.html", context)
