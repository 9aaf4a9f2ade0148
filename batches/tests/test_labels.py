import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from batches.addresses import lan_address
from conftest import MakeBatch, words

from .test_qr import decode


def test_each_chosen_batch_has_a_label_that_scans(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    first = make_batch(
        batch_identifier="A-1", butcher_date=date(2026, 11, 20), use_by=date(2099, 1, 2)
    )
    second = make_batch(batch_identifier="A-2")
    make_batch(batch_identifier="A-3")
    html = staff_client.get(f"/admin/labels?batch={second.pk}&batch={first.pk}").content.decode()
    labels = re.findall(r'<li class="label">.*?</li>', html, re.S)
    codes = [decode(re.findall(r"<svg.*?</svg>", label, re.S)[0]) for label in labels]
    assert codes == [f"http://shop.example.com/batch/{batch.pk}" for batch in (second, first)]
    assert "🍗 Chicken Batch A-1 Butchered 20 November 2026 Arrived" in words(labels[1])
    assert f"Use by 2 January 2099 {first.spelled_code()} Corner Butcher" in words(labels[1])
    assert "Use by" not in words(labels[0])


def test_a_host_header_does_not_move_the_code(
    staff_client: Client, make_batch: MakeBatch, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    batch = make_batch()
    for host in ("evil.example", "localhost:8000"):
        html = staff_client.get(f"/admin/labels?batch={batch.pk}", headers={"host": host})
        svg = re.findall(r'<svg[^>]*class="qr".*?</svg>', html.content.decode(), re.S)[0]
        assert decode(svg) == f"http://shop.example.com/batch/{batch.pk}"


@pytest.mark.parametrize("query", ["", "batch=", "batch=x", "batch=%00"])
def test_without_a_batch_it_says_how_to_choose_one(staff_client: Client, query: str) -> None:
    response = staff_client.get(f"/admin/labels?{query}")
    assert response.status_code == 200
    assert "You ticked no batch. Go back and tick some" in words(response.content)


def test_a_deleted_batch_among_the_chosen_is_named(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch()
    said = words(staff_client.get(f"/admin/labels?batch={batch.pk}&batch=AAAAAAAAAA").content)
    assert "1 batch you chose has been deleted, so it has no label." in said
    assert "Print 1 label" in said


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000"])
def test_an_address_no_phone_can_open_is_not_printed(
    staff_client: Client, make_batch: MakeBatch, settings: Any, url: str
) -> None:
    settings.PUBLIC_URL = url
    response = staff_client.get(f"/admin/labels?batch={make_batch().pk}")
    assert f"No phone can open {url}." in words(response.content)
    assert b'class="label"' not in response.content
    assert b"data-print" not in response.content


def test_a_private_address_is_printed_with_a_warning(
    staff_client: Client, make_batch: MakeBatch, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://192.168.1.20:8000"
    response = staff_client.get(f"/admin/labels?batch={make_batch().pk}")
    assert "only until this computer gets another address" in words(response.content)
    assert b'class="label"' in response.content


def test_an_address_that_changed_since_the_start_is_not_printed(
    staff_client: Client, make_batch: MakeBatch, settings: Any
) -> None:
    settings.LAN_MODE = True
    settings.PUBLIC_URL = "http://192.168.250.250:8000"
    assert lan_address() != "192.168.250.250"
    response = staff_client.get(f"/admin/labels?batch={make_batch().pk}")
    assert "Start Freshness Tracker again" in words(response.content)
    assert b'class="label"' not in response.content


@pytest.mark.parametrize(
    ("days", "fields"),
    [
        (9, {}),
        (0, {"removed_on": date(2026, 11, 22)}),
        (0, {"recalled_at": datetime(2026, 11, 22, tzinfo=UTC), "recall_reason": "Glass"}),
    ],
)
def test_a_label_of_what_is_not_for_sale_is_printed_with_a_warning(
    staff_client: Client, make_batch: MakeBatch, days: int, fields: dict[str, Any]
) -> None:
    batch = make_batch(days, batch_identifier="A-9", **fields)
    response = staff_client.get(f"/admin/labels?batch={batch.pk}&batch={make_batch().pk}")
    said = words(response.content)
    assert "These are not for sale any more, and their labels say so: Chicken A-9 Print 2" in said
    assert said.count("Not for sale 🍗 Chicken Batch A-9") == said.count("Not for sale") == 1


def test_a_public_address_is_printed_without_a_word(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    response = staff_client.get(f"/admin/labels?batch={make_batch().pk}")
    assert b'class="notice' not in response.content


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_the_database_equally_often_for_1_label_and_3(
    staff_client: Client,
    make_batch: MakeBatch,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    query = "&".join(f"batch={make_batch().pk}" for _ in range(count))
    with django_assert_num_queries(3):  # session, account, batches
        staff_client.get(f"/admin/labels?{query}")
