"""Somebody else edits a batch while its form is open."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch
from conftest import MakeBatch, words


@pytest.fixture
def batch(make_batch: MakeBatch) -> Batch:
    return make_batch(2, batch_identifier="A-1", supplier="Hill Farm")


def opened(client: Client, batch: Batch) -> dict[str, Any]:
    """The form as it is sent without a change."""
    html = client.get(f"/admin/batches/{batch.pk}/edit").content.decode()
    [version] = re.findall(r'name="version" value="(\d+)"', html)
    return {
        "version": version,
        "product": batch.product_id,
        "batch_identifier": batch.batch_identifier,
        "butcher_date": f"{batch.butcher_date}",
        "arrival_date": f"{batch.arrival_date}",
        "supplier": batch.supplier,
    }


def send(client: Client, batch: Batch, data: dict[str, Any]) -> Any:
    return client.post(f"/admin/batches/{batch.pk}/edit", data)


def change(batch: Batch, **values: Any) -> None:
    mehmet = User.objects.create_user("m@example.com", full_name="Mehmet Demir", is_staff=True)
    Batch.objects.filter(pk=batch.pk).change(mehmet, **values)


def test_both_are_shown_and_neither_is_lost(staff_client: Client, batch: Batch) -> None:
    data = opened(staff_client, batch) | {"supplier": "Dale Farm"}
    change(batch, supplier="Hill Farm Ltd", supplier_lot="L-1")
    response = send(staff_client, batch, data)
    html = words(response.content)
    assert response.status_code == 409
    assert "Mehmet Demir changed this batch on 22 November 2026, 12:00" in html
    assert "Supplier : now Hill Farm Ltd; below stands what you typed." in html
    assert "Supplier&#x27;s lot : now L-1, as it stands below too." in html
    page = response.content.decode()
    assert 'value="Dale Farm"' in page
    assert 'name="supplier_lot" value="L-1"' in page
    batch.refresh_from_db()
    assert batch.supplier == "Hill Farm Ltd"


def test_sent_once_more_it_is_saved(staff_client: Client, batch: Batch) -> None:
    data = opened(staff_client, batch) | {"supplier": "Dale Farm"}
    change(batch, supplier="Hill Farm Ltd")
    page = send(staff_client, batch, data).content.decode()
    [data["version"]] = re.findall(r'name="version" value="(\d+)"', page)
    assert send(staff_client, batch, data).status_code == 302
    batch.refresh_from_db()
    assert batch.supplier == "Dale Farm"


def test_the_same_change_by_both_is_no_conflict(staff_client: Client, batch: Batch) -> None:
    data = opened(staff_client, batch) | {"supplier": "Dale Farm"}
    change(batch, supplier="Dale Farm")
    assert send(staff_client, batch, data).status_code == 302


def test_a_recall_meanwhile_is_no_conflict_and_stands(staff_client: Client, batch: Batch) -> None:
    data = opened(staff_client, batch) | {"supplier": "Dale Farm"}
    change(batch, recalled_at=timezone.now(), recall_reason="Glass")
    assert send(staff_client, batch, data).status_code == 302
    batch.refresh_from_db()
    assert (batch.supplier, batch.recall_reason) == ("Dale Farm", "Glass")


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "\x00", "²"])
def test_a_version_that_is_none_breaks_nothing(
    staff_client: Client, batch: Batch, version: str
) -> None:
    data = opened(staff_client, batch) | {"version": version}
    assert send(staff_client, batch, data).status_code == 302


def test_what_was_typed_is_not_lost_with_a_deleted_batch(
    staff_client: Client, administrator_client: Client, batch: Batch
) -> None:
    data = opened(staff_client, batch) | {"supplier": "Dale Farm"}
    administrator_client.post(f"/admin/batches/{batch.pk}/delete")
    response = send(staff_client, batch, data)
    assert response.status_code == 409
    assert "Olga Owner deleted this batch on 22 November 2026" in words(response.content)
    page = response.content.decode()
    assert 'action="/admin/batches/new"' in page
    assert 'value="Dale Farm"' in page
    assert staff_client.post("/admin/batches/new", data).status_code == 302
    assert Batch.objects.get().supplier == "Dale Farm"
