"""What Prometheus is told of the shop itself."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from time_machine import Traveller

from batches import shop_clock
from batches.models import Batch, Recall, RecalledBatch
from batches.scans.counter import QUARTER, save
from batches.tests.scans.test_counter import NOON, broken_database
from conftest import MakeBatch
from freshness.backups.files import checksum_file, name_of
from freshness.monitoring.shop_metrics import SECONDS, ShopCollector

pytestmark = pytest.mark.django_db(transaction=True)


def told(collector: ShopCollector) -> dict[str, float]:
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in collector.collect()
        for sample in family.samples
    }


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, transactional_db: None) -> Path:
    settings.VAR_DIR = settings.BACKUP_DIR = tmp_path
    return tmp_path


def test_batches_recalls_and_scans(make_batch: MakeBatch, staff: Any) -> None:
    for days in (0, 0, 3, 5, 5, 5):
        make_batch(days)
    for days in (0, 5):
        make_batch(days, removed_on=timezone.localdate())
    batch, other = make_batch(0), make_batch(9)
    Recall.begin([batch.pk], "Glass", staff)
    Recall.begin([other.pk], "Glass", staff)
    RecalledBatch.objects.filter(code=other.pk).update(released_at=timezone.now())
    save(Counter({(batch.pk, "recalled", NOON // QUARTER): 7}))
    Batch.objects.filter(pk=other.pk).change(staff, removed_on=timezone.localdate())
    save(Counter({(batch.pk, "off-sale", NOON // QUARTER): 2}))  # an earlier version, beside
    found = told(ShopCollector())
    statuses = ("fresh", "caution", "expired", "recalled", "removed")
    assert [found[f"freshness_batches {status}"] for status in statuses] == [2, 1, 3, 1, 1]
    assert (found["freshness_recalls_total"], found["freshness_recalls_open"]) == (2, 1)
    assert [found[f"freshness_scans_total {status}"] for status in statuses] == [0, 0, 0, 7, 2]
    assert found["freshness_migrations_unapplied"] == 0


def test_a_clock_that_is_wrong(
    make_batch: MakeBatch, noon: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_batch(0)
    assert told(ShopCollector())["freshness_clock_right"] == 1
    monkeypatch.setattr(shop_clock, "MOST_APART", timedelta(minutes=5))
    noon.shift(timedelta(days=-1))
    assert told(ShopCollector())["freshness_clock_right"] == 0


def test_a_database_that_does_not_answer() -> None:
    with broken_database():
        found = told(ShopCollector())
    assert found["freshness_database_up"] == 0
    assert found.keys() == {
        "freshness_database_up",
        "freshness_disk_free_bytes",
        "freshness_last_backup_timestamp_seconds",
    }


def test_the_newest_backup(folder: Path) -> None:
    assert told(ShopCollector())["freshness_last_backup_timestamp_seconds"] == 0
    day = datetime(2026, 11, 21, 23, tzinfo=UTC)
    for moment in (day, day - timedelta(days=1)):
        backup = folder / name_of(moment, "sqlite", is_encrypted=False)
        backup.touch()
        checksum_file(backup).touch()
    found = told(ShopCollector())["freshness_last_backup_timestamp_seconds"]
    assert found == day.timestamp()


def test_the_database_is_asked_once_a_minute(make_batch: MakeBatch) -> None:
    collector = ShopCollector()
    told(collector)
    make_batch()
    assert told(collector)["freshness_batches fresh"] == 0
    collector.until -= SECONDS
    assert told(collector)["freshness_batches fresh"] == 1
