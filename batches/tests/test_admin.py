from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.admin import FirstPages
from batches.models import Batch, Product, Removal
from conftest import MakeBatch, at_the_same_time, words


def as_shown(batch: Batch, **changes: str) -> dict[str, Any]:
    """What the admin's form sends for `batch` when nothing but `changes` was typed."""
    return {
        "product": batch.product_id,
        "batch_identifier": batch.batch_identifier,
        "butcher_date": batch.butcher_date,
        "arrival_date": batch.arrival_date,
        "recalled_at_0": "",
        "recalled_at_1": "",
    } | changes


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_batches_does_not_query_per_row(
    administrator_client: Client,
    make_batch: MakeBatch,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        make_batch()
    # Session, account, products to filter by, a count, batches.
    with django_assert_num_queries(6):
        response = administrator_client.get("/django-admin/batches/batch/")
    assert response.status_code == 200


def test_batches_are_searched_and_filtered(
    administrator_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(batch_identifier="found", supplier="Hill Farm")
    make_batch(batch_identifier="other")
    for query in ("q=hill", "q=found"):
        html = administrator_client.get(f"/django-admin/batches/batch/?{query}").content.decode()
        assert ">found<" in html
        assert ">other<" not in html


def test_of_many_batches_it_says_that_the_portal_lists_all(
    administrator_client: Client, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FirstPages, "MOST", 2)
    make_batch()
    few = administrator_client.get("/django-admin/batches/batch/").content
    make_batch()
    make_batch()
    many = administrator_client.get("/django-admin/batches/batch/").content
    said = "At most 2 batches are listed here. The portal lists all"
    assert [said in words(it) for it in (few, many)] == [False, True]


def test_an_administrator_records_a_batch_in_their_own_name(administrator_client: Client) -> None:
    today = timezone.localdate()
    data = {
        "product": Product.objects.get(name="Beef").pk,
        "batch_identifier": "A-1",
        "butcher_date": today,
        "arrival_date": today,
        "recalled_at_0": "",
        "recalled_at_1": "",
    }
    response = administrator_client.post("/django-admin/batches/batch/add/", data)
    assert response.status_code == 302
    assert Batch.objects.get().created_by.email == "owner@example.com"


def test_a_form_that_was_opened_before_a_recall_does_not_take_it_back(
    administrator_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch(recalled_at=timezone.now(), recall_reason="Glass")
    opened_before = as_shown(batch, supplier="Hill Farm")
    path = f"/django-admin/batches/batch/{batch.pk}/change/"
    assert administrator_client.post(path, opened_before).status_code == 302
    saved = Batch.objects.get()
    assert (saved.supplier, saved.recall_reason) == ("Hill Farm", "Glass")


@pytest.mark.parametrize(
    "path",
    [
        "/django-admin/batches/batch/?arrival_date__year=0",
        "/django-admin/batches/batch/?product__id__exact=x",
        "/django-admin/batches/batch/?id__regex=(",
        "/django-admin/batches/batch/%00/change/",
        "/django-admin/batches/batch/AAAAAAAAAA/change/",
        "/django-admin/batches/batch/add/?product=abc",
        "/django-admin/accounts/user/?created_at__year=2147483648",
        "/django-admin/accounts/user/99999999999999999999/change/",
        "/django-admin/batches/product/abc/history/",
    ],
)
def test_no_address_breaks_it(administrator_client: Client, path: str) -> None:
    assert administrator_client.get(path).status_code in {200, 302, 400, 404}


def test_an_unreadable_choice_is_refused(administrator_client: Client) -> None:
    data = {"action": "approve", "_selected_action": ["x"]}
    response = administrator_client.post("/django-admin/accounts/user/", data)
    assert response.status_code == 400
    assert "This request could not be read" in words(response.content)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
def test_of_two_who_add_one_product_in_one_instant_one_is_told(
    administrator_client: Client,
) -> None:
    data = {"name": "Lamb", "fresh_days": 2, "caution_days": 4, "active": "on"}
    add = partial(administrator_client.post, "/django-admin/batches/product/add/", data)
    statuses = {response.status_code for response in at_the_same_time(*[add] * 4)}
    assert statuses <= {200, 302, 409}
    assert Product.objects.filter(name="Lamb").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_every_page_of_a_batch_answers_a_post(
    administrator_client: Client, make_batch: MakeBatch, page: str
) -> None:
    """Committed for real: the admin opens a transaction for some of these pages only."""
    batch = make_batch()
    path = f"/django-admin/batches/batch/{batch.pk}/{page}/"
    response = administrator_client.post(path, as_shown(batch, post="yes"))
    assert response.status_code in {200, 302}


def test_a_recalled_batch_cannot_be_deleted(
    administrator_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch(recalled_at=timezone.now(), recall_reason="Glass")
    path = f"/django-admin/batches/batch/{batch.pk}/delete/"
    assert administrator_client.post(path, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [batch.pk], "post": "yes"}
    administrator_client.post("/django-admin/batches/batch/", bulk)
    assert Batch.objects.exists()


def test_a_twin_product_is_refused_in_words(administrator_client: Client) -> None:
    data = {"name": "CHICKEN", "fresh_days": 2, "caution_days": 4, "active": "on"}
    response = administrator_client.post("/django-admin/batches/product/add/", data)
    assert "There is already a product with this name." in words(response.content)
    assert Product.objects.count() == 4


def test_the_page_of_a_product_says_what_a_change_leaves_alone(
    administrator_client: Client,
) -> None:
    product = Product.objects.get(name="Beef")
    html = administrator_client.get(f"/django-admin/batches/product/{product.pk}/change/").content
    assert "A change holds for batches recorded from now on." in words(html)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("removed_on", "0001-01-01", "The year 0001 looks like a slip."),
        ("removed_on", "2099-01-01", "This day has not come yet."),
        ("removed_on", "2001-01-01", "cannot be taken off the shelf before it has arrived."),
        ("removal_reason", "Sold out", "Enter the day on which it was taken off the shelf."),
    ],
)
def test_a_day_nobody_means_is_refused_in_words(
    administrator_client: Client, make_batch: MakeBatch, field: str, value: str, message: str
) -> None:
    batch = make_batch()
    path = f"/django-admin/batches/batch/{batch.pk}/change/"
    response = administrator_client.post(path, as_shown(batch) | {field: value})
    assert response.status_code == 200
    assert message in words(response.content)


def test_a_recall_leads_to_the_page_that_keeps_a_record_of_it(
    administrator_client: Client, make_batch: MakeBatch
) -> None:
    batches = sorted(make_batch().pk for _ in range(2))
    data = {"action": "recall", "_selected_action": batches}
    response = administrator_client.post("/django-admin/batches/batch/", data, follow=True)
    assert response.redirect_chain[0][0].startswith("/admin/recalls/new?batch=")
    assert "2 batches will be recalled" in words(response.content)


def test_what_somebody_else_has_saved_meanwhile_is_shown_and_kept(
    administrator_client: Client, make_batch: MakeBatch, staff: User
) -> None:
    batch = make_batch(batch_identifier="B-1", supplier="Hill Farm", supplier_lot="L-1")
    path = f"/django-admin/batches/batch/{batch.pk}/change/"
    opened = administrator_client.get(path).context["adminform"].form["version"].value()
    form = as_shown(batch, supplier="Mine", supplier_lot="L-1", version=f"{opened}")
    this = Batch.objects.filter(pk=batch.pk)
    this.change(staff, supplier="Theirs", supplier_lot="L-2")
    this.remove(staff, Removal.DISCARDED, "Smells off")
    response = administrator_client.post(path, form)
    page = words(response.content)
    assert "Ayşe Yılmaz changed this batch on 22 November 2026, 12:00" in page
    assert "Supplier: now Theirs; below stands what you typed." in page
    assert "Supplier&#x27;s lot: now L-2, as it stands below too." in page
    assert "How it left the shelf: now Discarded, as it stands below too." in page
    shown = response.context["adminform"].form
    assert (shown["supplier"].value(), shown["supplier_lot"].value()) == ("Mine", "L-2")
    batch.refresh_from_db()
    assert (batch.supplier, batch.removal_reason) == ("Theirs", "Smells off")
    form |= {name: shown[name].value() or "" for name in shown.fields}
    assert administrator_client.post(path, form).status_code == 302
    batch.refresh_from_db()
    assert (batch.supplier, batch.supplier_lot) == ("Mine", "L-2")
    assert (batch.removal, batch.removal_reason) == ("discarded", "Smells off")


def test_more_than_an_address_holds_are_recalled_otherwise(
    administrator_client: Client, make_batch: MakeBatch, monkeypatch: Any
) -> None:
    monkeypatch.setattr("batches.admin.MOST_IN_AN_ADDRESS", 1)
    data = {"action": "recall", "_selected_action": [make_batch().pk for _ in range(2)]}
    response = administrator_client.post("/django-admin/batches/batch/", data, follow=True)
    assert response.redirect_chain[0][0] == "/admin/recalls/new?batch="
    assert "Recall them by what they have in common" in words(response.content)


def test_no_form_there_recalls_a_batch(administrator_client: Client, make_batch: MakeBatch) -> None:
    batch = make_batch()
    data = as_shown(batch, recalled_at_0="2026-11-22", recalled_at_1="09:00", recall_reason="Glass")
    administrator_client.post(f"/django-admin/batches/batch/{batch.pk}/change/", data)
    assert Batch.objects.get().recalled_at is None
