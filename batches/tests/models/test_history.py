"""Each change of a batch and of a product is kept, with who made it."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Product
from conftest import MakeBatch, words

Story = list[tuple[str, str | None, object]]


def story(of: Batch | Product, field: str) -> Story:
    """What happened, who did it, and what `field` was then; the first first."""
    versions = type(of).history.filter(id=of.pk).order_by("history_id")
    return [
        (
            version.history_type,
            version.history_user and version.history_user.email,
            getattr(version, field),
        )
        for version in versions
    ]


def test_the_portals_changes(staff_client: Client, chicken: Product, staff: User) -> None:
    data = {
        "product": chicken.pk,
        "batch_identifier": "B-1",
        "butcher_date": "2026-11-20",
        "arrival_date": "2026-11-20",
    }
    staff_client.post("/admin/batches/new", data)
    batch = Batch.objects.get()
    other = User.objects.create_user("mehmet@example.com", full_name="Mehmet", is_staff=True)
    other_client = Client()
    other_client.force_login(other)
    other_client.post(f"/admin/batches/{batch.pk}/edit", data | {"arrival_date": "2026-11-21"})
    refused = staff_client.post(f"/admin/batches/{batch.pk}/edit", data | {"butcher_date": "x"})
    staff_client.post(f"/admin/batches/{batch.pk}/delete")
    assert refused.status_code == 422
    assert story(batch, "arrival_date") == [
        ("+", "ayse@example.com", date(2026, 11, 20)),
        ("~", "mehmet@example.com", date(2026, 11, 21)),
        ("-", "ayse@example.com", date(2026, 11, 21)),
    ]


def test_the_administrators_changes(administrator_client: Client, chicken: Product) -> None:
    data = {"name": "Poultry", "emoji": "🍗", "fresh_days": 1, "caution_days": 2, "active": "on"}
    administrator_client.post(f"/django-admin/batches/product/{chicken.pk}/change/", data)
    assert story(chicken, "name")[-1] == ("~", "owner@example.com", "Poultry")
    page = administrator_client.get(f"/django-admin/batches/product/{chicken.pk}/history/")
    assert "Olga Owner" in words(page.content)


def test_nothing_goes_back_to_how_it_was(
    administrator_client: Client, make_batch: MakeBatch
) -> None:
    """A form of before a recall, sent to the page of that time, would take the recall back."""
    batch = make_batch()
    first = Batch.history.get(id=batch.pk)
    batch.recalled_at, batch.recall_reason = timezone.now(), "Glass"
    batch.save()
    path = f"/django-admin/batches/batch/{batch.pk}/history/{first.history_id}/"
    data = {
        "product": batch.product_id,
        "batch_identifier": batch.batch_identifier,
        "butcher_date": batch.butcher_date,
        "arrival_date": batch.arrival_date,
    }
    assert administrator_client.get(path).status_code == 200
    assert administrator_client.post(path, data).status_code == 405
    batch.refresh_from_db()
    assert batch.recall_reason == "Glass"


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_there_before_histories_begins_one(make_batch: MakeBatch, count: int) -> None:
    batches = [make_batch(recalled_at=timezone.now(), recall_reason="Glass") for _ in range(count)]
    Batch.history.all().delete()
    Product.history.all().delete()
    import_module("batches.migrations.0007_first_history").begin(apps, None)
    for batch in batches:
        assert story(batch, "recall_reason") == [("+", batch.created_by.email, "Glass")]
        assert Batch.history.get(id=batch.pk).history_date == batch.created_at
    assert story(Product.objects.get(name="Beef"), "fresh_days") == [("+", None, 2)]
