import gzip
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.models import Batch, Product
from conftest import MakeBatch, words

TODAY = date(2026, 11, 22)
REVALIDATE = "public, max-age=0, must-revalidate"


def read(batch: Batch) -> str:
    response = Client().get(f"/batch/{batch.pk}")
    assert response.status_code == 200
    return words(response.content)


@pytest.mark.parametrize(
    "cookie",
    ["csrftoken=broken", "sessionid=none", "sessionid=abcdefghij", r'sessionid="a\000b"', "=;=\\"],
)
def test_no_cookie_is_answered_by_one_or_changes_the_answer(
    make_batch: MakeBatch, cookie: str
) -> None:
    path = f"/batch/{make_batch().pk}"
    response = Client().get(path, headers={"cookie": cookie})
    assert response.status_code == 200
    assert not response.cookies
    assert response["Vary"] == "Accept-Encoding, Accept-Language"
    without = Client().get(path)
    assert (response.content, response.headers) == (without.content, without.headers)


class TestWords:
    def test_a_fresh_batch(self, make_batch: MakeBatch) -> None:
        batch = make_batch(1, butcher_date=date(2026, 11, 19), use_by=date(2026, 12, 1))
        assert read(batch) == (
            "Fresh : Chicken Good to buy. Counts as fresh through tomorrow, Monday 23 November. "
            "Corner Butcher 🍗 Chicken 1 day on the shelf Shelf life Today Fresh from Sat 21 Nov "
            "Caution from Tue 24 Nov Expired from Thu 26 Nov This batch Batch "
            "261121-01 Butchered 19 November 2026 Arrived 21 November 2026 Use by 1 December 2026 "
            "At home Keep at 4 °C or colder. Cook it through. Stated by Corner Butcher, as of "
            "Sunday 22 November 2026. If the pack shows an earlier date, the pack counts."
        )

    @pytest.mark.parametrize(
        ("days", "said", "counted"),
        [
            (0, "Good to buy. Counts as fresh through Tuesday 24 November. ", "0 days"),
            (1, "Good to buy. Counts as fresh through tomorrow, Monday 23 November. ", "1 day"),
            (2, "Good to buy. Counts as fresh through today, Sunday 22 November. ", "2 days"),
            (
                3,
                "you will eat it soon. Within its shelf life through tomorrow, Monday 23 ",
                "3 days",
            ),
            (
                4,
                "you will eat it soon. Within its shelf life through today, Sunday 22 ",
                "4 days",
            ),
            (5, "Do not buy. Expired since today, Sunday 22 November. ", "5 days"),
            (6, "Do not buy. Expired since yesterday, Saturday 21 November. ", "6 days"),
            (7, "Do not buy. Expired since Friday 20 November. ", "7 days"),
            (400, "Do not buy. Expired since Thursday 23 October 2025. ", "400 days"),
        ],
    )
    def test_each_day_on_the_shelf(
        self, make_batch: MakeBatch, days: int, said: str, counted: str
    ) -> None:
        text = read(make_batch(days))
        assert said in text
        assert f" {counted} on the shelf" in text

    def test_a_use_by_before_the_fifth_day(self, make_batch: MakeBatch) -> None:
        batch = make_batch(1, use_by=date(2026, 11, 21))
        assert (
            "Past its shelf life. Do not buy. Its use‑by date was yesterday, Saturday 21 November. "
            "Do not eat it after that day."
        ) in read(batch)

    def test_a_use_by_after_the_shops_own_limit(self, make_batch: MakeBatch) -> None:
        own_limit = "This shop's own limit comes before the use‑by date."
        assert own_limit in read(make_batch(7, use_by=date(2026, 11, 25)))
        assert own_limit not in read(make_batch(7, use_by=date(2026, 11, 18)))
        assert own_limit not in read(make_batch(7))

    @pytest.mark.parametrize("days", [0, 9])
    def test_a_recalled_batch(self, make_batch: MakeBatch, days: int) -> None:
        batch = make_batch(
            days, recalled_at=timezone.now(), recall_reason="Glass was found <in> one pack."
        )
        said = read(batch)
        assert (
            "Recalled : Chicken Do not eat. Bring it back to the shop, or throw it away. Why: "
            "Glass was found &lt;in&gt; one pack. Corner"
        ) in said
        assert f"{days} days since it arrived" in said
        assert "Recalled 22 November 2026" in said
        for advice in ("Good to buy", "Keep at 4", "the pack counts", "Shelf life"):
            assert advice not in said

    def test_a_batch_that_was_taken_off_the_shelf(self, make_batch: MakeBatch) -> None:
        batch = make_batch(2, removed_on=date(2026, 11, 22))
        said = read(batch)
        assert (
            "Off the shelf : Chicken No longer on sale. Taken off the shelf today, Sunday 22 "
            "November. If it is still on the shelf, tell the staff. Fresh. What you have at home "
            "is within its shelf life through Tuesday 24 November."
        ) in said
        assert "2 days since it arrived" in said
        assert "Taken off the shelf 22 November 2026" in said
        assert "Good to buy" not in said
        html = Client().get(f"/batch/{batch.pk}").content.decode()
        assert "<title>Off the shelf: Chicken " in html
        assert '<body class="status-removed">' in html

    def test_a_batch_that_was_taken_off_when_it_had_expired(self, make_batch: MakeBatch) -> None:
        said = read(make_batch(6, removed_on=date(2026, 11, 22)))
        assert "Expired : Chicken Past its shelf life. Do not buy." in said
        assert "Taken off the shelf 22 November 2026" in said
        assert "Off the shelf" not in said

    def test_the_page_carries_its_status_in_title_and_class(self, make_batch: MakeBatch) -> None:
        html = Client().get(f"/batch/{make_batch(3).pk}").content.decode()
        assert "<title>Caution: Chicken 261119-01 · Corner Butcher</title>" in html
        assert '<body class="status-caution">' in html


ZONES = [
    ("Pacific/Kiritimati", datetime(2026, 11, 22, 23, 59, 59)),
    ("America/Los_Angeles", datetime(2026, 11, 22, 23, 59, 59)),
    ("Asia/Kathmandu", datetime(2026, 11, 22, 23, 59, 59)),
    # The clocks change in this night: forward in Berlin and, at midnight itself, in Cairo; back
    # in New York and, in the hour after midnight, in Havana.
    ("Europe/Berlin", datetime(2026, 3, 28, 23, 59, 59)),
    ("Africa/Cairo", datetime(2026, 4, 23, 23, 59, 59)),
    ("America/New_York", datetime(2026, 10, 31, 23, 59, 59)),
    ("America/Havana", datetime(2026, 10, 31, 23, 59, 59)),
]


@pytest.mark.parametrize(("zone", "last_second"), ZONES)
@pytest.mark.parametrize("days", range(8))
def test_a_batch_turns_a_day_older_at_the_shops_own_midnight(
    make_batch: MakeBatch, settings: Any, zone: str, last_second: datetime, days: int
) -> None:
    settings.TIME_ZONE = zone
    late = last_second.replace(tzinfo=ZoneInfo(zone))
    with time_machine.travel(late, tick=False) as clock:
        batch = make_batch(days)
        before = read(batch)
        cached = Client().get(f"/batch/{batch.pk}").headers
        clock.shift(1)
        after = read(batch)
    assert cached["Cache-Control"] == f"{REVALIDATE}, s-maxage=1"
    statuses = ["Fresh"] * 3 + ["Caution"] * 2 + ["Expired"] * 4
    plural = {1: "day on"}
    assert f"{days} {plural.get(days, 'days on')} the shelf" in before
    assert f"{days + 1} {plural.get(days + 1, 'days on')} the shelf" in after
    assert before.startswith(f"{statuses[days]} : Chicken ")
    assert after.startswith(f"{statuses[days + 1]} : Chicken ")


def test_the_report_is_one_cacheable_answer_that_names_nobody(make_batch: MakeBatch) -> None:
    response = Client().get(f"/batch/{make_batch().pk}")
    html = response.content.decode()
    assert response["Cache-Control"] == f"{REVALIDATE}, s-maxage=60"
    assert not response.has_header("Expires")
    assert not response.has_header("Set-Cookie")
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
    assert re.findall(r"<(?:script|img|iframe|object)|@import|@font-face|url\(|src=", html) == []
    assert re.findall(r'<link rel="(\w+)" href="([^"]+)"', html) == [("icon", "data:,")]
    assert len(response.content) < 14_000


def test_a_report_that_is_kept_costs_one_query_and_no_session(
    make_batch: MakeBatch, staff: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch = make_batch()
    client = Client()
    client.force_login(staff)
    client.get(f"/batch/{batch.pk}")
    with django_assert_num_queries(1):
        response = client.get(f"/batch/{batch.pk}")
    assert "Cookie" not in response.get("Vary", "")


def test_the_report_tells_no_stranger_what_is_the_shops_own(make_batch: MakeBatch) -> None:
    private = {"supplier": "Secret Farm", "supplier_lot": "LOT-77", "removal_reason": "Smelled"}
    batch = make_batch(removed_on=timezone.localdate(), **private)
    html = Client().get(f"/batch/{batch.pk}").content.decode()
    for text in (*private.values(), "Ayşe", "recorder@example.com"):
        assert text not in html


def test_what_has_not_changed_is_not_sent_again(make_batch: MakeBatch) -> None:
    batch = make_batch()
    etag = Client().get(f"/batch/{batch.pk}")["ETag"]
    again = Client().get(f"/batch/{batch.pk}", headers={"if-none-match": etag})
    assert again.status_code == 304
    assert again.content == b""
    assert again["Cache-Control"] == f"{REVALIDATE}, s-maxage=60"


@pytest.mark.parametrize(
    "change",
    [
        {"recalled_at": "2026-11-22T08:00Z", "recall_reason": "Salmonella"},
        {"removed_on": "2026-11-22"},
        {"use_by": "2026-12-01"},
        {"batch_identifier": "other"},
        {"expired_from": "2026-11-22", "caution_from": "2026-11-22"},
    ],
)
def test_every_change_is_a_new_answer(make_batch: MakeBatch, change: dict[str, str]) -> None:
    batch = make_batch()
    etag = Client().get(f"/batch/{batch.pk}")["ETag"]
    Batch.objects.filter(pk=batch.pk).update(**change)
    changed = Client().get(f"/batch/{batch.pk}", headers={"if-none-match": etag})
    assert changed.status_code == 200


def test_a_renamed_product_and_the_next_day_are_new_answers(
    make_batch: MakeBatch, chicken: Product
) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("UTC"))) as clock:
        batch = make_batch()
        first = Client().get(f"/batch/{batch.pk}")["ETag"]
        clock.shift(timedelta(days=1))
        second = Client().get(f"/batch/{batch.pk}")["ETag"]
        chicken.name = "Hen"
        chicken.save()
        third = Client().get(f"/batch/{batch.pk}")["ETag"]
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "br,GZIP"])
def test_it_is_compressed_for_those_who_can_read_that(make_batch: MakeBatch, accepted: str) -> None:
    path = f"/batch/{make_batch().pk}"
    plain = Client().get(path)
    response = Client().get(path, headers={"accept-encoding": accepted})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == plain.content
    assert response["Content-Length"] == f"{len(response.content)}"
    assert response["ETag"] == f"W/{plain['ETag']}"
    for etag in (plain["ETag"], response["ETag"]):
        same = {"accept-encoding": accepted, "if-none-match": etag}
        again = Client().get(path, headers=same)
        assert (again.status_code, again.content) == (304, b"")
        assert not again.has_header("Content-Encoding")


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "x-gzip", "gzip;q=0.5"])
def test_for_others_it_is_not(make_batch: MakeBatch, accepted: str) -> None:
    response = Client().get(f"/batch/{make_batch().pk}", headers={"accept-encoding": accepted})
    assert not response.has_header("Content-Encoding")
    assert b"</html>" in response.content


SPELLINGS = [
    "7k3qf10m2a",
    "7K3QFIOM2A",
    "7K3QFL0M2A",
    "7k3qflom2a",
    "7K3QF-10M2A",
    "-7K-3Q-F1-0M2A-",
    "7K3QF%2010M2A",
    "%207K3QF10M2A%20",
    "7K3QF10M2A/",
    "/7K3QF10M2A//",
    "7K3QF10M2A%2F",
]


@pytest.mark.parametrize("query", ["", "?utm_source=label", "?next=//evil.example"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_a_code_leads_to_its_one_address(
    make_batch: MakeBatch, spelling: str, query: str
) -> None:
    make_batch(id="7K3QF10M2A", batch_identifier="right-one")
    for ask in (Client().get, Client().head):
        response = ask(f"/batch/{spelling}{query}")
        assert (response.status_code, response["Location"]) == (302, "/batch/7K3QF10M2A")
        assert "no-store" in response["Cache-Control"]
        assert "X-Freshness" not in response
    followed = Client().get(f"/batch/{spelling}{query}", follow=True)
    assert "right-one" in words(followed.content)


def test_its_one_address_leads_nowhere_whatever_is_added(make_batch: MakeBatch) -> None:
    make_batch(id="7K3QF10M2A")
    plain = Client().get("/batch/7K3QF10M2A")
    for same in ("/batch/7K3QF10M2A?utm_source=label", "/batch/%37K3QF10M2A", "/batch/7K3QF10M2A?"):
        response = Client().get(same)
        assert (response.status_code, response.content) == (200, plain.content)


@pytest.mark.parametrize(
    "spelling", ["7K3QF10M2U", "7K3QF\u201010M2A", "７K3QF10M2A", "7K3Q/F10M2A"]
)
def test_what_is_no_spelling_of_it_leads_nowhere(make_batch: MakeBatch, spelling: str) -> None:
    make_batch(id="7K3QF10M2A")
    assert Client().get(f"/batch/{spelling}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "7K3QF9XM2A",
        "x",
        "",
        "%0a",
        "//",
        "7K3QF9XM2A/edit",
        "../../etc/passwd",
        "%00",
        "%2e%2e%2f",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "🍗" * 50,
        "a" * 3000,
    ],
)
def test_anything_else_is_a_kind_404(db: None, path: str) -> None:
    response = Client().get(f"/batch/{path}")
    assert response.status_code == 404
    assert "There is no batch with this code" in words(response.content)
    assert "the date on the pack counts" in words(response.content)
    assert b"<script>alert" not in response.content
    assert "no-store" in response["Cache-Control"]


def test_a_deleted_batch_is_a_kind_404(make_batch: MakeBatch) -> None:
    batch = make_batch()
    code = batch.pk
    batch.delete()
    assert Client().get(f"/batch/{code}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_report_can_only_be_read(make_batch: MakeBatch, method: str) -> None:
    response = getattr(Client(), method)(f"/batch/{make_batch().pk}")
    assert response.status_code == 405
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "es", "tr"])
def test_it_is_small_whatever_it_says(make_batch: MakeBatch, settings: Any, language: str) -> None:
    """14,000 bytes are what a server sends before it waits for the first answer (RFC 6928)."""
    settings.SHOP_NAME = "Ş" * 60
    product = Product.objects.create(
        name="ğ" * 60, emoji="👩‍🍳" * 3, storage_advice="Ş" * 200, fresh_days=14, caution_days=23
    )
    usual: dict[str, Any] = {"product": product, "use_by": TODAY + timedelta(days=40)}
    states: dict[str, dict[str, Any]] = {
        "W" * 20: {"recalled_at": timezone.now(), "recall_reason": "Ğü " * 66},
        "M" * 20: {"removed_on": TODAY},
    }
    for identifier, fields in states.items():
        batch = make_batch(2, batch_identifier=identifier, **usual, **fields)
        response = Client().get(f"/batch/{batch.pk}", headers={"accept-language": language})
        assert len(response.content) <= 14_000
        assert len(gzip.compress(response.content)) <= 5_000


def test_search_engines_may_show_nothing_that_was_true_once(make_batch: MakeBatch) -> None:
    html = Client().get(f"/batch/{make_batch().pk}").content.decode()
    [robots] = re.findall(r'<meta name="robots" content="([^"]*)">', html)
    assert robots == "noarchive, nosnippet, unavailable_after: 2026-11-23"


def test_nothing_moves(settings: Any) -> None:
    sheets = (settings.BASE_DIR / "static" / "css").glob("*.css")
    assert not [
        sheet.name for sheet in sheets if re.search("animation|transition", sheet.read_text())
    ]
