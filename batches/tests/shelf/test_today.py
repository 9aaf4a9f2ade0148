"""What the portal opens on, and what is done from there."""

import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.models import Batch, Product, Removal
from batches.rules.shelf_life import Status
from batches.shelf.today import MOST_PRODUCTS, MOST_SHOWN, Day
from conftest import MakeBatch, at_the_same_time, words

GLASS = {"recall_reason": "Glass"}


def sections() -> dict[str, list[str]]:
    day = Day.for_day(timezone.localdate())
    return {
        section.status.value: [str(due.batch) for due in section.due] for section in day.sections
    }


class TestSections:
    def test_only_what_is_on_the_shelf_the_most_urgent_first(self, make_batch: MakeBatch) -> None:
        today = timezone.localdate()
        make_batch(0, batch_identifier="fresh")
        make_batch(3, batch_identifier="caution")
        make_batch(5, batch_identifier="expired")
        make_batch(0, batch_identifier="recalled", recalled_at=timezone.now(), **GLASS)
        for days in (0, 3, 5):
            make_batch(days, removed_on=today)
        make_batch(0, removed_on=today, recalled_at=timezone.now(), **GLASS)
        assert list(sections().items()) == [
            ("recalled", ["recalled"]),
            ("expired", ["expired"]),
            ("caution", ["caution"]),
            ("fresh", ["fresh"]),
        ]

    def test_the_oldest_first_and_of_caution_what_expires_first(
        self, make_batch: MakeBatch
    ) -> None:
        today = timezone.localdate()
        for days in (5, 7, 6):
            make_batch(days, batch_identifier=f"expired-{days}")
        make_batch(4, batch_identifier="old")
        make_batch(3, batch_identifier="soon", use_by=today)
        for days in (0, 2, 1):
            make_batch(days, batch_identifier=f"fresh-{days}")
        found = sections()
        assert found["expired"] == ["expired-7", "expired-6", "expired-5"]
        assert found["caution"] in (["old", "soon"], ["soon", "old"])
        make_batch(3, batch_identifier="later")
        assert sections()["caution"][-1] == "later"
        assert found["fresh"] == ["fresh-2", "fresh-1", "fresh-0"]

    def test_more_to_sell_first_lead_to_all_of_them(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        for _ in range(MOST_SHOWN + 1):
            make_batch(1, use_by=timezone.localdate())
        html = staff_client.get("/admin").content.decode()
        [link] = re.findall(r'href="(/admin/batches\?[^"]+)"', html)
        listed = staff_client.get(link.replace("&amp;", "&")).content.decode()
        assert listed.count('class="row"') == MOST_SHOWN + 1

    def test_on_its_last_day_a_fresh_one_is_to_be_sold_first(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        today = timezone.localdate()
        make_batch(1, batch_identifier="last-day", use_by=today)
        make_batch(1, batch_identifier="fresh", use_by=today + timedelta(days=1))
        make_batch(3, batch_identifier="caution")
        found = sections()
        assert (found["caution"], found["fresh"]) == (["last-day", "caution"], ["fresh"])
        assert [section.count for section in Day.for_day(today).sections] == [0, 0, 2, 1]
        html = words(staff_client.get("/admin").content)
        assert "Sell first 2" in html
        assert "🍗 Chicken – none – none 1 2" in html
        listed = staff_client.get("/admin/batches?status=sell-first").content.decode()
        assert re.findall("Choose Chicken ([a-z-]+)", listed) == ["last-day", "caution"]

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            (0, "Sell it by Thursday 26 November"),
            (3, "Sell it by tomorrow, Monday 23 November"),
            (4, "Today is its last day"),
            (5, "Expired today"),
            (6, "Expired 1 day ago"),
            (7, "Expired 2 days ago"),
        ],
    )
    def test_how_urgent_it_is_in_words(
        self, staff_client: Client, make_batch: MakeBatch, days: int, said: str
    ) -> None:
        make_batch(days)
        assert said in words(staff_client.get("/admin").content)

    def test_more_than_are_shown_are_counted_and_lead_to_the_list(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        for _ in range(MOST_SHOWN + 1):
            make_batch(5)
        make_batch(5, removed_on=timezone.localdate())
        html = staff_client.get("/admin").content.decode()
        assert html.count('class="row"') == MOST_SHOWN
        assert f"Expired: take off the shelf now {MOST_SHOWN + 1}" in words(html)
        assert "Show all in the list" in words(html)
        [link] = re.findall(r'href="(/admin/batches\?[^"]+)"', html)
        listed = staff_client.get(link.replace("&amp;", "&")).content.decode()
        assert listed.count('class="row"') == MOST_SHOWN + 1

    def test_of_very_many_it_says_that_not_all_are_counted(
        self, staff_client: Client, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("batches.shelf.today.MOST_COUNTED", 3)
        for days in (0, 0, 0, 3, 5, 5, 5, 5):
            make_batch(days)
        counts = [
            (section.count, section.has_more)
            for section in Day.for_day(timezone.localdate()).sections
        ]
        assert counts == [(0, False), (3, True), (1, True), (3, True)]
        html = words(staff_client.get("/admin").content)
        assert "Expired: take off the shelf now 3 or more" in html
        assert "Of each status, 3 batches are counted and no more." in html
        monkeypatch.setattr("batches.shelf.today.MOST_COUNTED", 5)
        assert "or more" not in words(staff_client.get("/admin").content)

    def test_thousands_are_told_apart(
        self, staff_client: Client, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("batches.shelf.today.MOST_COUNTED", 1_000)
        batch = make_batch(5)
        for number in range(1_000):
            batch.batch_identifier = f"B-{number}"
            batch.pk = f"{number:010}"
            batch.save(force_insert=True)
        page = words(staff_client.get("/admin").content)
        assert "🍗 Chicken – none 1,000 – none – none" in page
        assert "Expired: take off the shelf now 1,000 or more" in page
        assert "Of each status, 1,000 batches are counted and no more." in page

    def test_an_empty_shelf_says_what_goes_there(self, staff_client: Client) -> None:
        assert "Nothing is on the shelf." in words(staff_client.get("/admin").content)

    @pytest.mark.parametrize("count", [1, 100])
    def test_it_asks_the_database_equally_often_for_few_and_for_many(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        django_assert_num_queries: DjangoAssertNumQueries,
        count: int,
    ) -> None:
        for _ in range(count):
            make_batch(5)
        # session, account, and for each status a count and a section; printed labels, products
        with django_assert_num_queries(13):
            staff_client.get("/admin")


class TestPicture:
    def test_it_is_a_table_of_how_many_stand_there(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        beef = Product.objects.get(name="Beef")
        make_batch(5, product=beef)
        make_batch(0, product=beef)
        make_batch(0)
        html = staff_client.get("/admin").content
        assert "Product Recalled Expired Caution Fresh" in words(html)
        assert "🥩 Beef – none 1 – none 1 🍗 Chicken – none – none – none 1" in words(html)
        assert b'<rect class="status-expired" x="0.0" width="50.0" height="6"/>' in html

    def test_its_bars_hold_each_batch_once(self, make_batch: MakeBatch) -> None:
        for days in (0, 0, 3, 5, 6, 7):
            make_batch(days)
        [chicken] = Day.for_day(timezone.localdate()).products
        assert [(bar.status, bar.width) for bar in chicken.bars] == [
            (Status.EXPIRED, 50.0),
            (Status.CAUTION, 16.667),
            (Status.FRESH, 33.333),
        ]
        assert chicken.total == 6

    def test_many_products_are_summed_up(self, make_batch: MakeBatch) -> None:
        for number in range(MOST_PRODUCTS + 2):
            make_batch(product=Product.objects.create(name=f"Product {number}"))
        products = Day.for_day(timezone.localdate()).products
        assert len(products) == MOST_PRODUCTS + 1
        assert (products[-1].name, products[-1].total) == ("", 2)


def remove(client: Client, *batches: Batch, **data: Any) -> Any:
    data = {"batch": [batch.pk for batch in batches], "removal": "sold-out"} | data
    return client.post("/admin/batches/remove", data, follow=True)


def undo_on(page: Any) -> dict[str, Any]:
    """What the button “Undo” of a page would send."""
    form = page.content.decode().partition('class="undo"')[2]
    return dict(re.findall(r'name="(batch|since)" value="([^"]*)"', form)[:2])


class TestTakingOff:
    def test_an_old_undo_leaves_what_somebody_has_done_since(
        self, staff_client: Client, make_batch: MakeBatch, administrator: User, noon: Any
    ) -> None:
        batch = make_batch()
        undo = undo_on(remove(staff_client, batch))
        noon.shift(60)
        this = Batch.objects.filter(pk=batch.pk)
        this.restore_to_shelf(administrator)
        this.remove(administrator, Removal.DISCARDED, "Fell on the floor")
        response = staff_client.post("/admin/batches/put-back", undo, follow=True)
        assert "somebody has changed it since" in words(response.content)
        batch.refresh_from_db()
        assert batch.removal_reason == "Fell on the floor"

    def test_that_it_is_recalled_is_said(self, staff_client: Client, make_batch: MakeBatch) -> None:
        batch = make_batch(batch_identifier="A-1", recalled_at=timezone.now(), **GLASS)
        page = words(remove(staff_client, batch).content)
        assert "A-1 is off the shelf. It is recalled: Glass" in page

    def test_where_the_shops_clock_was_ahead_before(
        self, staff_client: Client, make_batch: MakeBatch, noon: Any
    ) -> None:
        batch = make_batch(0)
        noon.shift(-24 * 60 * 60)
        assert "is off the shelf." in words(remove(staff_client, batch).content)
        batch.refresh_from_db()
        assert batch.removed_on == batch.arrival_date

    def test_sold_out_at_a_tap_which_can_be_undone(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        page = remove(staff_client, batch)
        assert "A-1 is off the shelf. Undo" in words(page.content)
        batch.refresh_from_db()
        assert (batch.removed_on, batch.removal) == (timezone.localdate(), "sold-out")
        undo = undo_on(page)
        assert sorted(undo) == ["batch", "since"]
        back = staff_client.post("/admin/batches/put-back", undo, follow=True)
        assert "A-1 is back on the shelf." in words(back.content)
        batch.refresh_from_db()
        assert (batch.removed_on, batch.removal) == (None, "")

    def test_discarded_for_a_reason_each_with_its_weight(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        one, other = make_batch(5), make_batch(5)
        data = {"removal": "discarded", "removal_reason": "Past its shelf life"}
        data[f"weight-{one.pk}"] = "1.25"
        response = remove(staff_client, one, other, **data)
        assert "2 batches are off the shelf. Undo" in words(response.content)
        weights = {it.pk: it.discarded_weight for it in Batch.objects.all()}
        assert weights == {one.pk: Decimal("1.25"), other.pk: None}
        reasons = set(Batch.objects.values_list("removal", "removal_reason"))
        assert reasons == {("discarded", "Past its shelf life")}

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"removal": ""}, "Choose one of the two."),
            ({"removal": "eaten"}, "Select a valid choice."),
            ({"removal": "discarded"}, "Write why it is discarded."),
            ({"removal": "discarded", "weight": "much"}, "Write a number, such as 1.5."),
            ({"removal": "discarded", "weight": "0"}, "Write a weight above 0, or none."),
            ({"removal": "discarded", "weight": "NaN"}, "Write a number, such as 1.5."),
            ({"removal": "discarded", "weight": "99999"}, "no more than 4 digits before"),
            ({"removal": "sold-out", "weight": "1"}, "Leave this empty."),
            ({"removal": "discarded", "removal_reason": "a\x00b"}, "Null characters"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_lost(
        self, staff_client: Client, make_batch: MakeBatch, data: dict[str, str], message: str
    ) -> None:
        batch = make_batch()
        if "weight" in data:
            data = data | {f"weight-{batch.pk}": data["weight"]}
        response = remove(staff_client, batch, **({"removal_reason": ""} | data))
        assert response.status_code == 422
        assert message in words(response.content)
        assert Batch.objects.get().removed_on is None

    @pytest.mark.parametrize("typed", ["1,25", "1.25", "1.250"])
    @pytest.mark.parametrize("language", ["es", "tr"])
    def test_where_decimals_follow_a_comma_a_point_is_understood_too(
        self, staff_client: Client, make_batch: MakeBatch, typed: str, language: str
    ) -> None:
        batch = make_batch()
        data = {"batch": batch.pk, "removal": "discarded", "removal_reason": "Fell"}
        data[f"weight-{batch.pk}"] = typed
        headers = {"accept-language": language}
        staff_client.post("/admin/batches/remove", data, headers=headers)
        batch.refresh_from_db()
        assert batch.discarded_weight == Decimal("1.25")

    def test_it_asks_first_where_a_reason_is_needed(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        html = staff_client.get(f"/admin/batches/{make_batch(6).pk}/remove").content.decode()
        assert 'value="Past its shelf life"' in html
        assert Batch.objects.get().removed_on is None

    def test_what_is_off_already_stays_as_it_is(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        off = make_batch(3, removed_on=yesterday)
        response = remove(staff_client, off)
        assert response.status_code == 409
        assert "off the shelf already" in words(response.content)
        assert "1 batches" not in words(remove(staff_client, off, make_batch()).content)
        off.refresh_from_db()
        assert off.removed_on == yesterday

    def test_a_recall_stands_whatever_the_shelf(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(recalled_at=timezone.now(), **GLASS)
        remove(staff_client, batch, removal="discarded", removal_reason="Recalled")
        staff_client.post("/admin/batches/put-back", {"batch": batch.pk})
        batch.refresh_from_db()
        assert (batch.removed_on, batch.recall_reason) == (None, "Glass")
        assert "Do not eat." in words(Client().get(f"/batch/{batch.pk}").content)

    def test_codes_of_nothing_put_nothing_back(self, staff_client: Client) -> None:
        data = {"batch": "nothing 0000000000"}
        response = staff_client.post("/admin/batches/put-back", data, follow=True)
        assert "Nothing is put back: it is on the shelf" in words(response.content)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
def test_of_two_who_take_one_batch_off_in_one_instant_one_does(
    staff: User, make_batch: MakeBatch
) -> None:
    batch = make_batch()
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(staff)
    answers = at_the_same_time(*[partial(remove, client, batch) for client in clients])
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert Batch.history.filter(id=batch.pk).count() == 2
