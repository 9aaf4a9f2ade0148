"""What Prometheus is told of the shop itself, as the database and the disk have it."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, close_old_connections, connection
from django.db.migrations.executor import MigrationExecutor
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from batches.models import Batch, Recall, ShopScans
from batches.rules.shelf_life import Status
from batches.shop_clock import shop_today

from ..backups.files import last_backup
from .health import of_the_clock

ARCHIVED = """
SELECT last_failed_time IS NULL OR COALESCE(last_failed_time < last_archived_time, false)
FROM pg_stat_archiver WHERE current_setting('archive_mode') <> 'off'"""
SECONDS = 60  # what was found is told again for so long: nobody asks a large database too often


class ShopCollector(Collector):
    def __init__(self) -> None:
        self.found: list[Metric] = []
        self.until = 0.0

    def describe(self) -> Iterable[Metric]:
        return []  # asked for when it is registered, when nothing shall be read

    def collect(self) -> Iterable[Metric]:
        if time.monotonic() >= self.until:
            self.found = [*of_the_disk(), *of_the_database()]
            self.until = time.monotonic() + SECONDS
        return self.found


def of_the_disk() -> Iterator[Metric]:
    free = shutil.disk_usage(settings.VAR_DIR).free
    yield gauge("freshness_disk_free_bytes", "Free bytes of the disk that holds var/.", free)
    backup = last_backup()
    yield gauge(
        "freshness_last_backup_timestamp_seconds",
        "When the newest backup was made, in seconds since 1970; 0 where there is none.",
        backup.timestamp() if backup else 0,
    )


def of_the_database() -> Iterator[Metric]:
    close_old_connections()
    parts: list[Callable[[], Metric]] = [
        migrations,
        scans,
        batches,
        recalls,
        open_recalls,
        archiving,
        clock,
    ]
    try:
        found, is_up = [part() for part in parts], 1
    except Error:
        found, is_up = [], 0
    finally:
        connection.close()
    yield gauge("freshness_database_up", "1 where the database answers, else 0.", is_up)
    yield from found


def clock() -> Metric:
    is_right = int(not any(of_the_clock(DEFAULT_DB_ALIAS)))
    message = "0 where the database tells that this machine's clock is wrong, or was; else 1."
    return gauge("freshness_clock_right", message, is_right)


def migrations() -> Metric:
    executor = MigrationExecutor(connection)
    unapplied = executor.migration_plan(executor.loader.graph.leaf_nodes())
    message = "Changes of the database that `manage.py migrate` has still to make."
    return gauge("freshness_migrations_unapplied", message, len(unapplied))


def scans() -> Metric:
    message = "Reports that customers were shown, by the status of the batch."
    family = CounterMetricFamily("freshness_scans", message, labels=["shown"])
    counts = ShopScans.objects.all().by_status()
    for status in Status:
        family.add_metric([status], counts[status])
    return family


def batches() -> Metric:
    message = "Batches by status; of those that are expired or recalled, what is not removed yet."
    family = GaugeMetricFamily("freshness_batches", message, labels=["status"])
    today = shop_today()
    for status in Status:
        is_to_pull = status in (Status.EXPIRED, Status.RECALLED)
        counted = Batch.objects.to_pull(today) if is_to_pull else Batch.objects.all()
        family.add_metric([status], counted.with_status(status, today).count())
    return family


def recalls() -> Metric:
    made = Recall.objects.count()
    return CounterMetricFamily("freshness_recalls", "Recalls that were ever made.", value=made)


def open_recalls() -> Metric:
    standing = Recall.objects.filter(batches__released_at=None).distinct().count()
    message = "Recalls of which a batch is not released."
    return gauge("freshness_recalls_open", message, standing)


def archiving() -> Metric:
    """Without a value where the database archives nothing."""
    message = "1 where PostgreSQL could archive the last piece of its log, else 0."
    family = GaugeMetricFamily("freshness_archiving_up", message)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ARCHIVED)
            for (is_archived,) in cursor.fetchall():
                family.add_metric([], float(is_archived))
    return family


def gauge(name: str, message: str, value: float) -> Metric:
    return GaugeMetricFamily(name, message, value=value)
