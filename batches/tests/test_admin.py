import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from batches.models import Batch, Product
from conftest import MakeBatch, words


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_batches_does_not_query_per_row(
    administrator_client: Client,
    make_batch: MakeBatch,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        make_batch()
    # Session, account, products to filter by, two counts, batches.
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


def test_a_recall_in_the_admin_needs_its_reason_and_shows_at_once(
    administrator_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch()
    path = f"/django-admin/batches/batch/{batch.pk}/change/"
    data = {
        "product": batch.product_id,
        "batch_identifier": batch.batch_identifier,
        "butcher_date": batch.butcher_date,
        "arrival_date": batch.arrival_date,
        "recalled_at_0": "2026-11-22",
        "recalled_at_1": "10:00",
    }
    refused = administrator_client.post(path, data)
    assert "A recall needs both its time and its reason." in words(refused.content)
    administrator_client.post(path, data | {"recall_reason": "Glass in a pack."})
    report = words(Client().get(f"/batch/{batch.pk}").content)
    assert "Recalled. Do not eat. Glass in a pack." in report


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
