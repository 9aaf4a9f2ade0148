"""How often customers looked at reports: numbers, and nothing of who looked."""

from collections import Counter
from datetime import date, timedelta
from typing import Self

from django.db import connection, models
from django.db.models import Sum

from ..rules.shelf_life import Status
from .batch import Batch

# The word for `removed` of versions before it, which may run beside this one for a while.
OLD_REMOVED = "off-sale"

# Added where the number is, so that nobody's is lost who adds at the same time. Of a batch that is
# deleted meanwhile nothing is kept.
ADD_TO_BATCH = """
INSERT INTO batches_batchscans (day, count, batch_id) SELECT %s, %s, id FROM batches_batch WHERE id = %s
ON CONFLICT (batch_id, day) DO UPDATE SET count = batches_batchscans.count + excluded.count"""  # noqa: E501
ADD_TO_HOUR = """
INSERT INTO batches_shopscans (day, hour, shown, count) VALUES (%s, %s, %s, %s)
ON CONFLICT (day, hour, shown) DO UPDATE SET count = batches_shopscans.count + excluded.count"""


def read_status(text: str) -> Status:
    """Return the status of this name; raises ValueError where there is none."""
    return Status.REMOVED if text == OLD_REMOVED else Status(text)


class ScansQuerySet(models.QuerySet):
    def lately(self, today: date, days: int) -> Self:
        """Of `today` and the days before it, `days` in all."""
        return self.filter(day__gt=today - timedelta(days=days), day__lte=today)

    def by_status(self) -> Counter[Status]:
        """How many reports were shown with each status."""
        counts = Counter[Status]()
        for shown, count in self.values_list("shown").annotate(Sum("count")):
            counts[read_status(shown)] += count
        return counts

    def total(self) -> int:
        total: int = self.aggregate(total=Sum("count"))["total"] or 0
        return total


class BatchScans(models.Model):
    """How often the report of a batch was read on one of the shop's days.

    Kept as long as the batch is. The database does not insist that it is there: a program of the
    time before these numbers deletes batches too, and knows nothing of them.
    """

    batch = models.ForeignKey(
        Batch, models.CASCADE, related_name="scans", db_index=False, db_constraint=False
    )
    day = models.DateField()
    count = models.PositiveIntegerField()

    objects = ScansQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "day"], name="scans_of_batch")]
        indexes = [models.Index(fields=["day", "batch", "count"], name="scans_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.batch_id}"


class ShopScans(models.Model):
    """How often reports were read in an hour of the shop's clock, by what they said; kept for ever.

    No shorter time than an hour is kept, so that it tells of nobody's visit.
    """

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    shown = models.CharField(max_length=9, choices=Status.choices)
    count = models.PositiveBigIntegerField()

    objects = ScansQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "hour", "shown"], name="scans_of_hour")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour} {self.shown}"


def add_scans(by_batch: Counter[tuple[str, date]], by_hour: Counter[tuple[date, int, str]]) -> None:
    """In one order, so that none waits for another who waits for the first."""
    batches = [(day, count, code) for (code, day), count in sorted(by_batch.items())]
    hours = [(*hour, count) for hour, count in sorted(by_hour.items())]
    with connection.cursor() as cursor:
        cursor.executemany(ADD_TO_BATCH, batches)
        cursor.executemany(ADD_TO_HOUR, hours)
