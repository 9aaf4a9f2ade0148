"""Counts under the word that was used before `removed`."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from batches.models import ShopScans

migration = import_module("batches.migrations.0024_removed_scans")
DAY = date(2026, 11, 20)


@pytest.mark.django_db
def test_they_are_added_to_those_of_the_same_hour() -> None:
    for hour, shown, count in [(9, "off-sale", 2), (9, "removed", 3), (10, "off-sale", 5)]:
        ShopScans.objects.create(day=DAY, hour=hour, shown=shown, count=count)
    migration.off_sale_to_removed(apps, None)
    rows = ShopScans.objects.order_by("hour").values_list("hour", "shown", "count")
    assert list(rows) == [(9, "removed", 5), (10, "removed", 5)]
    migration.removed_to_off_sale(apps, None)
    assert {row.shown for row in ShopScans.objects.all()} == {"off-sale"}


@pytest.mark.django_db
def test_those_of_a_version_that_runs_beside_are_counted_too() -> None:
    ShopScans.objects.create(day=DAY, hour=9, shown="off-sale", count=2)
    ShopScans.objects.create(day=DAY, hour=9, shown="removed", count=3)
    assert ShopScans.objects.all().by_status() == {"removed": 5}
