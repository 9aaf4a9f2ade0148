import re
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.listing.pagination import ROWS_ON_A_PAGE
from batches.models import Batch, Product, Recall
from conftest import MakeBatch, MakeUser, at_the_same_time, words


def identifiers(html: bytes) -> list[str]:
    return re.findall(r'class="identifier">([^<]+)<', html.decode())


def form_data(**changes: object) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "product": Product.objects.get(name="Chicken").pk,
        "batch_identifier": "A-1",
        "butcher_date": f"{today - timedelta(days=1)}",
        "arrival_date": f"{today}",
        "use_by": "",
        "supplier": "Hill Farm",
        "supplier_lot": "",
    } | changes


def paths(batch: Batch) -> list[str]:
    one = f"/admin/batches/{batch.pk}"
    under_it = [f"{one}/{act}" for act in ("edit", "remove", "recall", "delete")]
    others = ["/admin/batches", "/admin/batches/new", "/admin/labels", "/admin/recalls/new"]
    return ["/admin", one, *others, *under_it]


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_is_logged_out_is_sent_to_log_in_and_back(
    make_batch: MakeBatch, method: str
) -> None:
    batch = make_batch()
    for path in paths(batch):
        page = {"referer": f"http://testserver{path}"}
        response = getattr(Client(), method)(path, headers=page)
        assert (response.status_code, response["Location"]) == (302, f"/login?next={path}")
    assert Batch.objects.get().updated_at == batch.updated_at


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_waits_for_approval_is_told_so(
    make_batch: MakeBatch, waiting: User, method: str
) -> None:
    batch = make_batch()
    client = Client()
    client.force_login(waiting)
    for path in paths(batch):
        response = getattr(client, method)(path)
        assert (response.status_code, response["Location"]) == (302, "/waiting")
    assert Batch.objects.get().updated_at == batch.updated_at


class TestList:
    def test_newest_first_with_all_that_staff_need(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        make_batch(3, batch_identifier="first")
        newest = make_batch(
            0, batch_identifier="second", use_by=timezone.localdate() + timedelta(days=1)
        )
        html = staff_client.get("/admin/batches").content
        assert identifiers(html) == ["second", "first"]
        assert "Fresh 🍗 Chicken second Arrived today Butchered" in words(html)
        assert "Caution 🍗 Chicken first 3 days on the shelf Butchered" in words(html)
        assert words(html).count("Use by") == 1
        assert html.count(b'class="qr"') == 2
        for link in (f"/batch/{newest.pk}", f"/admin/batches/{newest.pk}/edit"):
            assert f'href="{link}"' in html.decode()
        assert f'href="/admin/labels?batch={newest.pk}"' in html.decode()

    def test_an_empty_shop_is_offered_its_first_batch(self, staff_client: Client) -> None:
        html = staff_client.get("/admin/batches").content
        assert "Add the first batch" in words(html)

    @pytest.mark.parametrize(
        "typed", ["çağrı et", "ÇAĞRI ET", "Çağrı", "ağri", "et", "L-ç", "İSTANBUL"]
    )
    def test_a_search_does_not_mind_capitals(
        self, staff_client: Client, make_batch: MakeBatch, typed: str
    ) -> None:
        make_batch(batch_identifier="found", supplier="Çağrı Et istanbul", supplier_lot="l-Ç")
        make_batch(batch_identifier="other", supplier="Hill")
        html = words(staff_client.get("/admin/batches", {"search": typed}).content)
        assert ("Chicken found" in html, "Chicken other" in html) == (True, False)

    def test_the_list_comes_in_pages(self, staff_client: Client, make_batch: MakeBatch) -> None:
        for number in range(ROWS_ON_A_PAGE + 1):
            make_batch(batch_identifier=f"n{number}")
        first = staff_client.get("/admin/batches?search=n").content
        [older] = re.findall('href="([^"]+)" rel="next"', first.decode())
        second = staff_client.get("/admin/batches" + older.replace("&amp;", "&")).content
        assert len(identifiers(first)) == ROWS_ON_A_PAGE
        assert identifiers(second) == ["n0"]
        assert "Labels of all</a>" in first.decode()

    @pytest.mark.parametrize("mark", ["", "0", "-1", "x", "é", "\x00", "1" * 400, "0" * 10])
    @pytest.mark.parametrize("name", ["before", "after"])
    @pytest.mark.parametrize("path", ["/admin/batches", "/admin/recalls"])
    def test_a_page_beside_nothing_is_the_first(
        self, staff_client: Client, make_batch: MakeBatch, path: str, name: str, mark: str
    ) -> None:
        batch = make_batch(batch_identifier="only")
        Recall.begin([batch.pk], "Glass", batch.created_by)
        response = staff_client.get(path, {name: mark})
        assert response.status_code == 200
        assert response.content.count(b'class="row"') == 1

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"search": "b-"}, ["B-2", "b-1"]),
            ({"search": "B-2"}, ["B-2"]),
            ({"search": "%"}, []),
            ({"status": "fresh"}, ["B-2"]),
            ({"status": "expired"}, ["b-1"]),
            ({"status": "caution"}, []),
            ({"status": "recalled"}, ["x"]),
            ({"product": "Beef"}, ["B-2"]),
            ({"product": "Beef", "status": "expired"}, []),
        ],
    )
    def test_it_can_be_searched_and_narrowed(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        query: dict[str, Any],
        found: list[str],
    ) -> None:
        beef = Product.objects.get(name="Beef")
        make_batch(0, batch_identifier="x", recalled_at=timezone.now(), recall_reason="Glass")
        make_batch(9, batch_identifier="b-1")
        make_batch(0, batch_identifier="B-2", product=beef)
        if "product" in query:
            query = query | {"product": beef.pk}
        response = staff_client.get("/admin/batches", query)
        assert identifiers(response.content) == found
        assert words(response.content).count("Show all") == 1

    @pytest.mark.parametrize(
        "query", [{"status": "rotten"}, {"product": "x"}, {"search": "\x00"}, {"search": "x" * 199}]
    )
    def test_a_senseless_filter_is_named_and_left_out(
        self, staff_client: Client, make_batch: MakeBatch, query: dict[str, str]
    ) -> None:
        make_batch()
        response = staff_client.get("/admin/batches", query)
        assert response.status_code == 422
        assert len(identifiers(response.content)) == 1
        assert "So it was left out." in words(response.content)
        assert "<title>Error: " in response.content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_asks_the_database_equally_often_for_1_batch_and_3(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        django_assert_num_queries: DjangoAssertNumQueries,
        count: int,
    ) -> None:
        for _ in range(count):
            make_batch()
        # session, account, keys, their batches, their printed labels, products to filter by
        with django_assert_num_queries(7):
            staff_client.get("/admin/batches")

    def test_administrators_are_told_how_many_accounts_wait(
        self, administrator_client: Client, staff_client: Client, make_user: MakeUser
    ) -> None:
        for number in range(2):
            make_user(f"{number}@example.com", is_staff=False)
        assert "2 accounts wait for your approval" in words(
            administrator_client.get("/admin").content
        )
        assert "approval" not in words(staff_client.get("/admin").content)


class TestAdding:
    def test_the_form_suggests_today_and_the_next_identifier(self, staff_client: Client) -> None:
        html = staff_client.get("/admin/batches/new").content.decode()
        today = timezone.localdate()
        assert f'value="{today:%y%m%d}-01"' in html
        assert re.search(rf'name="arrival_date" value="{today}"', html)

    def test_a_batch_is_recorded_and_shown_with_its_code(
        self, staff_client: Client, staff: User
    ) -> None:
        use_by = timezone.localdate() + timedelta(days=3)
        response = staff_client.post(
            "/admin/batches/new", form_data(use_by=f"{use_by}"), follow=True
        )
        batch = Batch.objects.get()
        assert response.redirect_chain == [(f"/admin/batches/{batch.pk}", 302)]
        assert "Batch A-1 is on the shelf." in words(response.content)
        assert b'class="qr"' in response.content
        assert 'href="/admin/batches/new"' in response.content.decode()
        assert (batch.created_by, batch.use_by, batch.supplier) == (staff, use_by, "Hill Farm")

    def test_a_wrong_form_saves_nothing_and_loses_nothing(self, staff_client: Client) -> None:
        response = staff_client.post(
            "/admin/batches/new", form_data(batch_identifier="<b> c", butcher_date="0205-01-01")
        )
        html = response.content.decode()
        assert response.status_code == 422
        assert "<title>Error: Add batch" in html
        assert 'value="&lt;b&gt; c"' in html
        assert 'value="0205-01-01"' in html
        assert 'value="Hill Farm"' in html
        assert 'href="#id_batch_identifier"' in html
        assert "The year 0205 looks like a slip." in html
        assert not Batch.objects.exists()

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_other_methods_are_refused(self, staff_client: Client, method: str) -> None:
        assert getattr(staff_client, method)("/admin/batches/new").status_code == 405

    def test_nothing_but_the_form_can_be_set(self, staff_client: Client, staff: User) -> None:
        extras = {
            "id": "A" * 10,
            "recalled_at": "2026-01-01",
            "created_by": "77",
            "fresh_days": "99",
        }
        staff_client.post("/admin/batches/new", form_data(**extras))
        batch = Batch.objects.get()
        assert batch.pk != "A" * 10
        assert (batch.recalled_at, batch.created_by, batch.fresh_days) == (None, staff, 2)


class TestOneBatch:
    def test_it_shows_the_batch(self, staff_client: Client, make_batch: MakeBatch) -> None:
        batch = make_batch(supplier="Hill Farm", supplier_lot="LOT-7")
        said = words(staff_client.get(f"/admin/batches/{batch.pk}").content)
        assert "Supplier Hill Farm" in said
        assert "LOT-7" in said
        assert "by Ayşe Yılmaz" in said
        assert "Fresh Arrived today" in said
        assert batch.spelled_code() in said

    def test_it_says_why_a_batch_is_off_the_shelf(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        recalled = make_batch(recalled_at=timezone.now(), recall_reason="Glass")
        removed = make_batch(removed_on=date(2026, 11, 22), removal_reason="Sold out")
        for batch, row in ((recalled, "Why recalled Glass"), (removed, "Why taken off Sold out")):
            assert row in words(staff_client.get(f"/admin/batches/{batch.pk}").content)

    @pytest.mark.parametrize("code", ["AAAAAAAAAA", "x", "%00", "new/", "🍗"])
    def test_an_unknown_batch_is_not_found(self, staff_client: Client, code: str) -> None:
        for path in ("", "/edit", "/delete"):
            response = staff_client.get(f"/admin/batches/{code}{path}")
            assert response.status_code == 404
            assert "There is no such page" in words(response.content)


class TestEditing:
    def test_an_edit_changes_the_batch_and_keeps_its_code_and_recorder(
        self, staff_client: Client, make_batch: MakeBatch, make_user: MakeUser
    ) -> None:
        batch = make_batch(created_by=make_user("first@example.com"))
        response = staff_client.post(
            f"/admin/batches/{batch.pk}/edit", form_data(batch_identifier="B-9"), follow=True
        )
        assert "Batch B-9 is changed." in words(response.content)
        edited = Batch.objects.get()
        assert (edited.pk, edited.batch_identifier) == (batch.pk, "B-9")
        assert edited.created_by == batch.created_by

    def test_who_sends_one_batch_twice_is_shown_that_it_is_saved(
        self, staff_client: Client, make_user: MakeUser
    ) -> None:
        """As somebody does whom the answer to the first did not reach."""
        staff_client.post("/admin/batches/new", form_data())
        batch = Batch.objects.get()
        response = staff_client.post("/admin/batches/new", form_data())
        assert response.status_code == 422
        assert "You have saved exactly this already." in words(response.content)
        assert f'href="/admin/batches/{batch.pk}">Look at batch A-1' in response.content.decode()
        other = Client()
        other.force_login(make_user("other@example.com"))
        for client, data in [(staff_client, form_data(supplier="")), (other, form_data())]:
            response = client.post("/admin/batches/new", data)
            assert "Another batch has this identifier already." in words(response.content)
            assert "exactly this" not in words(response.content)

    def test_a_wrong_edit_changes_nothing(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        make_batch(batch_identifier="taken")
        response = staff_client.post(
            f"/admin/batches/{batch.pk}/edit", form_data(batch_identifier="TAKEN")
        )
        assert response.status_code == 422
        assert "Another batch has this identifier already." in words(response.content)
        assert Batch.objects.get(pk=batch.pk).batch_identifier == "A-1"

    def test_a_batch_cannot_arrive_after_it_was_taken_off_the_shelf(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        today = timezone.localdate()
        batch = make_batch(3, removed_on=today - timedelta(days=1))
        response = staff_client.post(f"/admin/batches/{batch.pk}/edit", form_data())
        assert response.status_code == 422
        assert "cannot be taken off the shelf before it has arrived" in words(response.content)

    def test_an_edit_leaves_a_recall_standing(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(recalled_at=timezone.now(), recall_reason="Glass")
        staff_client.post(f"/admin/batches/{batch.pk}/edit", form_data())
        assert Batch.objects.get().recall_reason == "Glass"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
class TestTwoAtOnce:
    def test_of_many_who_save_one_identifier_one_does(self, staff_client: Client) -> None:
        data = form_data()
        add = partial(staff_client.post, "/admin/batches/new", data)
        statuses = [response.status_code for response in at_the_same_time(*[add] * 4)]
        assert sorted(statuses) == [302, 422, 422, 422]
        assert Batch.objects.count() == 1

    @pytest.mark.parametrize("attempt", range(5))
    def test_an_edit_never_takes_back_a_recall(
        self, staff_client: Client, make_batch: MakeBatch, attempt: int
    ) -> None:
        batch = make_batch()
        recall = Batch.objects.filter(pk=batch.pk).update

        def edit() -> int:
            return staff_client.post(f"/admin/batches/{batch.pk}/edit", form_data()).status_code

        edited, recalled = at_the_same_time(
            edit, partial(recall, recalled_at=timezone.now(), recall_reason="Glass")
        )
        assert (edited, recalled) == (302, 1)
        assert Batch.objects.get().recall_reason == "Glass"

    @pytest.mark.parametrize("attempt", range(5))
    def test_an_edit_never_brings_back_what_was_deleted(
        self, staff_client: Client, make_batch: MakeBatch, attempt: int
    ) -> None:
        path = f"/admin/batches/{make_batch().pk}"
        answers = at_the_same_time(
            partial(staff_client.post, f"{path}/edit", form_data()),
            partial(staff_client.post, f"{path}/delete"),
        )
        assert [answer.status_code for answer in answers] in ([302, 302], [409, 302])
        assert not Batch.objects.exists()


class TestDeleting:
    def test_it_asks_first(self, staff_client: Client, make_batch: MakeBatch) -> None:
        batch = make_batch(batch_identifier="A-1")
        response = staff_client.get(f"/admin/batches/{batch.pk}/delete")
        assert "Delete A-1?" in words(response.content)
        assert Batch.objects.exists()

    def test_a_recalled_batch_stays_to_warn_whoever_bought_it(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(recalled_at=timezone.now(), recall_reason="Glass")
        path = f"/admin/batches/{batch.pk}/delete"
        assert b'class="danger"' not in staff_client.get(path).content
        assert path not in staff_client.get(f"/admin/batches/{batch.pk}").content.decode()
        refused = staff_client.post(path)
        assert refused.status_code == 409
        assert "it cannot be deleted" in words(refused.content)
        assert Batch.objects.exists()

    def test_then_it_deletes(self, staff_client: Client, make_batch: MakeBatch) -> None:
        batch = make_batch(batch_identifier="A-1")
        response = staff_client.post(f"/admin/batches/{batch.pk}/delete", follow=True)
        assert response.redirect_chain == [("/admin", 302)]
        assert "Batch A-1 is deleted." in words(response.content)
        assert not Batch.objects.exists()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_whoever_comes_too_late_is_told_that_it_was_deleted(
        self, staff_client: Client, make_batch: MakeBatch, method: str
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        path = f"/admin/batches/{batch.pk}/delete"
        staff_client.post(path)
        response = getattr(staff_client, method)(path)
        assert response.status_code == 404
        assert "A-1 was deleted" in words(response.content)


def test_a_date_stands_with_its_month_as_a_word(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch(arrival_date=date(2026, 2, 3), butcher_date=date(2026, 2, 1))
    for path in ("/admin/batches", f"/admin/batches/{batch.pk}"):
        assert "3 February 2026" in words(staff_client.get(path).content)


class TestCheck:
    """What the form says while it is filled in."""

    WRONG = {
        "batch_identifier": "A-1",
        "butcher_date": "2026-11-22",
        "arrival_date": "2026-11-21",
        "use_by": "2026-11-20",
    }

    def test_it_says_the_same_as_the_form_does_when_it_is_sent(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        make_batch(batch_identifier="a-1")
        checked = staff_client.post("/admin/batches/check", self.WRONG).json()
        sent = staff_client.post("/admin/batches/new", self.WRONG)
        assert checked == sent.context["form"].errors
        assert checked["arrival_date"] == ["A batch cannot arrive before it was butchered."]
        assert checked["batch_identifier"] == [
            "Another batch has this identifier already. Choose another."
        ]

    def test_it_saves_nothing(self, staff_client: Client, chicken: Product) -> None:
        right = {"product": chicken.pk, "arrival_date": "2026-11-22", "butcher_date": "2026-11-22"}
        right["batch_identifier"] = "A-1"
        assert staff_client.post("/admin/batches/check", right).json() == {}
        assert not Batch.objects.exists()

    def test_a_batch_does_not_take_its_identifier_from_itself(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        path = f"/admin/batches/{batch.pk}/check"
        assert "batch_identifier" not in staff_client.post(path, self.WRONG).json()
        batch.refresh_from_db()
        assert batch.butcher_date == timezone.localdate()

    def test_of_a_batch_that_is_not_there_there_is_nothing_to_check(
        self, staff_client: Client
    ) -> None:
        assert staff_client.post("/admin/batches/0000000000/check", {}).status_code == 404


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("fresh", ["fresh"]),
        ("caution", ["caution"]),
        ("expired", ["expired", "expired-and-off"]),
        ("recalled", ["recalled", "recalled-and-off"]),
        ("removed", ["fresh-but-off", "caution-but-off"]),
    ],
)
def test_a_status_finds_what_the_list_shows_under_that_name(
    staff_client: Client, make_batch: MakeBatch, status: str, found: list[str]
) -> None:
    today = timezone.localdate()
    recalled = {"recalled_at": timezone.now(), "recall_reason": "Glass"}
    make_batch(2, batch_identifier="fresh")
    make_batch(2, batch_identifier="fresh-but-off", removed_on=today)
    make_batch(3, batch_identifier="caution")
    make_batch(4, batch_identifier="caution-but-off", removed_on=today)
    make_batch(5, batch_identifier="expired")
    make_batch(5, batch_identifier="expired-and-off", removed_on=today)
    make_batch(2, batch_identifier="recalled", **recalled)
    make_batch(2, batch_identifier="recalled-and-off", removed_on=today, **recalled)
    html = staff_client.get("/admin/batches", {"status": status}).content
    assert sorted(identifiers(html)) == sorted(found)
    of_status = [it.batch_identifier for it in Batch.objects.all() if it.status() == status]
    assert sorted(of_status) == sorted(found)
