"""Recalling batches: shown first, told at once, on record, and ended by an administrator alone."""

import csv
import io
import json
import re
from datetime import date
from functools import partial
from importlib import import_module
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.models import Batch, LabelRun, PrintedLabels, Product, Recall, RecalledBatch
from conftest import MakeBatch, SecurityLog, at_the_same_time, words

NEW = "/admin/recalls/new"


def hidden_fields(html: str) -> dict[str, Any]:
    """What the form that recalls would send, but for the reason."""
    form = html.partition('action="/admin/recalls/new"')[2]
    found = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', form)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def recall(client: Client, reason: str = "Glass", **criteria: Any) -> Any:
    shown = client.get(NEW, criteria).content.decode()
    return client.post(NEW, hidden_fields(shown) | {"recall_reason": reason}, follow=True)


def recalled() -> set[str]:
    return set(Batch.objects.exclude(recalled_at=None).values_list("batch_identifier", flat=True))


class TestWhichBatches:
    @pytest.mark.parametrize(
        ("criteria", "found"),
        [
            ({"supplier": "hill  farm"}, {"A", "B"}),
            ({"supplier": "Çiftlik ÖZ"}, {"C"}),
            ({"supplier_lot": "l-1"}, {"A"}),
            ({"supplier": "Hill Farm", "supplier_lot": "L-2"}, {"B"}),
            ({"arrived_from": "2026-11-20", "arrived_to": "2026-11-21"}, {"B", "C"}),
            ({"butchered_from": "2026-11-21"}, {"A", "C"}),
            ({"butchered_to": "2026-11-19"}, {"B"}),
            ({"use_by": "2026-12-01"}, {"C"}),
            ({"product": "Beef"}, {"B"}),
            ({"supplier": "Hill"}, set()),
            ({"supplier": "%"}, set()),
        ],
    )
    def test_those_of_which_all_is_so(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        criteria: dict[str, Any],
        found: set[str],
    ) -> None:
        beef = Product.objects.get(name="Beef")
        if "product" in criteria:
            criteria = {"product": beef.pk}
        make_batch(0, batch_identifier="A", supplier="Hill Farm", supplier_lot="L-1")
        make_batch(
            2,
            batch_identifier="B",
            supplier="HILL FARM",
            supplier_lot="L-2",
            product=beef,
            butcher_date=date(2026, 11, 19),
        )
        make_batch(1, batch_identifier="C", supplier="çiftlik öz", use_by=date(2026, 12, 1))
        html = words(staff_client.get(NEW, criteria).content)
        if found:
            recall(staff_client, **criteria)
        else:
            assert "No batch matches" in html
        assert recalled() == found

    def test_never_all_by_an_empty_form(self, staff_client: Client, make_batch: MakeBatch) -> None:
        make_batch()
        response = staff_client.get(NEW, {"supplier": ""})
        assert response.status_code == 422
        assert "Fill in at least one of these" in words(response.content)

    @pytest.mark.parametrize(
        ("criteria", "message"),
        [
            ({"arrived_from": "05/06/2026"}, "There is no such date."),
            ({"product": "x"}, "There is no such product."),
            (
                {"arrived_from": "2026-11-20", "arrived_to": "2026-11-19"},
                "This is before the first day.",
            ),
            ({"supplier": "\x00"}, "Null characters are not allowed."),
        ],
    )
    def test_criteria_that_make_no_sense(
        self, staff_client: Client, criteria: dict[str, str], message: str
    ) -> None:
        response = staff_client.get(NEW, criteria)
        assert response.status_code == 422
        assert message in words(response.content)

    def test_those_that_were_ticked(self, staff_client: Client, make_batch: MakeBatch) -> None:
        ticked = [make_batch(batch_identifier=name) for name in ("A", "B")]
        make_batch(batch_identifier="C")
        recall(staff_client, batch=[batch.pk for batch in ticked])
        assert recalled() == {"A", "B"}

    def test_sold_out_ones_too(self, staff_client: Client, make_batch: MakeBatch) -> None:
        make_batch(batch_identifier="A", supplier="X", removed_on=timezone.localdate())
        html = words(staff_client.get(NEW, {"supplier": "X"}).content)
        assert "1 is off the shelf: customers may have it at home." in html
        recall(staff_client, supplier="X")
        assert recalled() == {"A"}


class TestRecalling:
    def test_every_report_says_so_at_once_and_why(
        self, staff_client: Client, make_batch: MakeBatch, security_log: SecurityLog
    ) -> None:
        batch = make_batch(supplier="X")
        before = Client().get(f"/batch/{batch.pk}")
        response = recall(staff_client, "Glass <in> it", supplier="X")
        assert "1 batch is recalled." in words(response.content)
        after = Client().get(f"/batch/{batch.pk}", headers={"if-none-match": before["ETag"]})
        assert after.status_code == 200
        assert "Why: Glass &lt;in&gt; it" in words(after.content)
        assert "s-maxage=60" in after["Cache-Control"]
        [line] = security_log()
        assert (line["event"], line["reason"], line["batches"]) == ("recalled", "Glass <in> it", 1)

    def test_without_a_reason_nothing_is_recalled(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        make_batch(supplier="X")
        response = recall(staff_client, "", supplier="X")
        assert response.status_code == 422
        assert "customers read it" in words(response.content)
        assert recalled() == set()

    def test_what_has_come_since_is_shown_first(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        make_batch(batch_identifier="A", supplier="X")
        shown = hidden_fields(staff_client.get(NEW, {"supplier": "X"}).content.decode())
        make_batch(batch_identifier="B", supplier="X")
        response = staff_client.post(NEW, shown | {"recall_reason": "Glass"})
        assert response.status_code == 409
        assert "Other batches match now than you were shown." in words(response.content)
        assert 'value="Glass"' in response.content.decode()
        assert recalled() == set()
        again = hidden_fields(response.content.decode())
        staff_client.post(NEW, again | {"recall_reason": "Glass"})
        assert recalled() == {"A", "B"}

    def test_what_is_recalled_already_stays_so(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        make_batch(supplier="X")
        recall(staff_client, "Glass", supplier="X")
        make_batch(supplier="X")
        html = words(staff_client.get(NEW, {"supplier": "X"}).content)
        assert "1 batch will be recalled 1 more is recalled already, and stays so." in html
        recall(staff_client, "Plastic", supplier="X")
        assert set(Batch.objects.values_list("recall_reason", flat=True)) == {"Glass", "Plastic"}

    @pytest.mark.parametrize("count", [1, 30])
    def test_many_take_as_many_queries_as_one(
        self,
        make_batch: MakeBatch,
        staff: User,
        django_assert_max_num_queries: DjangoAssertNumQueries,
        count: int,
    ) -> None:
        for _ in range(count):
            make_batch()
        with django_assert_max_num_queries(17):
            Recall.begin([batch.pk for batch in Batch.objects.all()], "Glass", staff)
        assert Batch.history.exclude(recalled_at=None).count() == count


class TestRecord:
    def test_what_when_who_which_and_how_many_labels(
        self, staff_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        batch = make_batch(batch_identifier="A-1", supplier="Hill Farm", supplier_lot="L-1")
        run = LabelRun.objects.create(printed_by=staff, stock="x", measures="", labels=5)
        for copies, gone_at in ((3, None), (2, timezone.now())):
            PrintedLabels.objects.create(
                run=run, batch=batch, copies=copies, says="{}", gone_at=gone_at
            )
        response = recall(staff_client, supplier="hill farm", supplier_lot="L-1")
        html = words(response.content)
        assert (
            "Recall: Glass Shop Corner Butcher When 22 November 2026, 12:00 Who Ayşe Yılmaz" in html
        )
        assert "Supplier hill farm Supplier&#x27;s lot L-1" in html
        assert (
            "Batches 1 Labels that were out 3 Still recalled 1 Of these still on the shelf 1"
            in html
        )
        link = f"/admin/recalls/{Recall.objects.get().pk}/record"
        text = staff_client.get(link).getvalue().decode("utf-8-sig")
        [row] = csv.DictReader(io.StringIO(text))
        assert (row["code"], row["batch_identifier"], row["labels"]) == (batch.pk, "A-1", "3")
        assert (row["recall_reason"], row["recalled_by"]) == ("Glass", "Ayşe Yılmaz")
        excel = staff_client.get(f"{link}?format=xlsx").getvalue()
        names, values = openpyxl.load_workbook(io.BytesIO(excel)).active.values
        assert names == tuple(row)
        assert (values[0], values[names.index("labels")]) == (batch.pk, 3)

    def test_it_stays_as_it_was_when_batches_change(
        self, staff_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        batch = make_batch(batch_identifier="A-1", supplier="X")
        recall(staff_client, supplier="X")
        Batch.objects.filter(pk=batch.pk).change(staff, supplier="Y", batch_identifier="A-2")
        copied = RecalledBatch.objects.get()
        assert (copied.batch_identifier, copied.supplier) == ("A-1", "X")

    def test_the_page_of_the_batch_leads_to_it(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(supplier="X")
        recall(staff_client, supplier="X")
        html = staff_client.get(f"/admin/batches/{batch.pk}").content.decode()
        assert f'href="/admin/recalls/{Recall.objects.get().pk}"' in html

    def test_what_was_left_out_of_a_recall_of_its_lot_is_noticed(
        self, staff_client: Client, administrator: User, make_batch: MakeBatch
    ) -> None:
        recalled_one = make_batch(supplier="Hill Farm", supplier_lot="L-1")
        left_out = make_batch(supplier="hill  farm", supplier_lot="l-1")
        make_batch(supplier_lot="L-1", batch_identifier="of-nobody")
        recall(staff_client, batch=recalled_one.pk)
        others = [
            make_batch(),
            make_batch(supplier="Hill Farm"),
            make_batch(supplier_lot="L-1"),
            make_batch(supplier="Hill Farm", supplier_lot="L-2"),
            make_batch(supplier="Dale Farm", supplier_lot="L-1"),
            *Batch.objects.exclude(recalled_at=None),
        ]

        def is_noticed(batch: Batch) -> bool:
            page = words(staff_client.get(f"/admin/batches/{batch.pk}").content)
            return "Other batches of the supplier's lot" in page

        assert is_noticed(left_out)
        assert not any(map(is_noticed, others))
        RecalledBatch.objects.all().release(administrator, "Another lot")
        assert not is_noticed(left_out)

    def test_all_recalls_are_listed(self, staff_client: Client, make_batch: MakeBatch) -> None:
        assert "Nothing has been recalled." in words(staff_client.get("/admin/recalls").content)
        make_batch(supplier="X")
        recall(staff_client, supplier="X")
        assert "Glass 22 November 2026, 12:00 · Ayşe Yılmaz 1 batch" in words(
            staff_client.get("/admin/recalls").content
        )

    def test_of_nothing_there_is_no_record(self, staff_client: Client) -> None:
        for path in ("/admin/recalls/9", "/admin/recalls/9/record"):
            assert staff_client.get(path).status_code == 404


class TestRelease:
    def release(self, client: Client, **data: Any) -> Any:
        data = {"release_reason": "It was another lot", "do": "ticked"} | data
        path = f"/admin/recalls/{Recall.objects.get().pk}/release"
        return client.post(path, data, follow=True)

    def test_an_administrator_ends_it_with_a_reason(
        self,
        administrator_client: Client,
        make_batch: MakeBatch,
        security_log: SecurityLog,
    ) -> None:
        batches = [make_batch(batch_identifier=name, supplier="X") for name in ("A", "B")]
        recall(administrator_client, supplier="X")
        html = words(self.release(administrator_client, batch=batches[0].pk).content)
        assert "1 batch is released from its recall." in html
        assert "Olga Owner: It was another lot" in html
        assert recalled() == {"B"}
        assert "Good to buy." in words(Client().get(f"/batch/{batches[0].pk}").content)
        self.release(administrator_client, do="all")
        assert recalled() == set()
        assert [line["event"] for line in security_log()][1:] == ["recall released"] * 2

    def test_staff_may_not(self, staff_client: Client, make_batch: MakeBatch) -> None:
        make_batch(batch_identifier="A", supplier="X")
        html = words(recall(staff_client, supplier="X").content)
        assert "Only an administrator can release" in html
        assert self.release(staff_client, do="all").status_code == 403
        assert recalled() == {"A"}

    def test_not_without_a_reason(
        self, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A", supplier="X")
        recall(administrator_client, supplier="X")
        response = self.release(administrator_client, release_reason="", batch=batch.pk)
        assert response.status_code == 422
        assert "Write why the recall ends." in words(response.content)
        assert f'value="{batch.pk}" checked' in response.content.decode()
        assert recalled() == {"A"}

    def test_nothing_ticked_is_told(
        self, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        make_batch(batch_identifier="A", supplier="X")
        recall(administrator_client, supplier="X")
        assert "You ticked no batch" in words(self.release(administrator_client).content)
        assert recalled() == {"A"}

    def test_what_was_released_can_be_recalled_again(
        self, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        make_batch(batch_identifier="A", supplier="X")
        recall(administrator_client, supplier="X")
        self.release(administrator_client, do="all")
        recall(administrator_client, "Plastic", supplier="X")
        assert Recall.objects.count() == 2
        assert Batch.objects.get().recall_reason == "Plastic"


def test_what_was_recalled_before_there_were_records_has_one(
    make_batch: MakeBatch, staff: User
) -> None:
    now = timezone.now()
    batches = [make_batch() for _ in range(2)]
    for batch in batches:
        Batch.objects.filter(pk=batch.pk).change(staff, recalled_at=now, recall_reason="Glass")
    import_module("batches.migrations.0010_first_recalls").begin(apps, None)
    found = Recall.objects.get()
    assert (found.reason, found.recalled_at, found.recalled_by) == ("Glass", now, staff)
    assert found.batches.count() == 2
    assert json.loads(found.asked_for) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
def test_of_two_who_recall_in_one_instant_one_does(staff: User, make_batch: MakeBatch) -> None:
    make_batch(supplier="X")
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(staff)
    shown = hidden_fields(clients[0].get(NEW, {"supplier": "X"}).content.decode())
    data = shown | {"recall_reason": "Glass"}
    answers = at_the_same_time(*[partial(it.post, NEW, data) for it in clients])
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert (Recall.objects.count(), RecalledBatch.objects.count()) == (1, 1)
