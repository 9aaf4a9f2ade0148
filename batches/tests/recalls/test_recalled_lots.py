"""A batch of a supplier's lot that stands recalled is saved as recalled, wherever it is saved."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Import, Product, Recall, RecalledBatch
from batches.models.recalled_lots import standing_recall, standing_recalls
from conftest import MakeBatch, MakeUser, SecurityLog, at_the_same_time, words

from ..register.test_views import form_data
from ..spreadsheets.test_command import run
from ..spreadsheets.test_import import HEADER, ROW, confirm, preview
from ..test_admin import as_shown
from .test_views import NEW as RECALL
from .test_views import hidden_fields, recall

ADD = "/admin/batches/new"
LOT = {"supplier": "Hill Farm", "supplier_lot": "L-1"}
QUESTION = "The supplier's lot {} is recalled: Glass"
REASON = {"shelf_reason": "The laboratory found nothing"}


@pytest.fixture
def glass(make_batch: MakeBatch, staff: User) -> Recall:
    """A recall that stands for the lot L-1 of Hill Farm."""
    old = make_batch(3, batch_identifier="old", **LOT)
    return Recall.begin([old.pk], "Glass", staff, LOT)


def question(html: bytes) -> dict[str, str]:
    """What the page sends of its question, but for the answer."""
    return dict(re.findall(r'name="(lot_asked)" value="(\w+)"', html.decode()))


def answer(client: Client, path: str, data: dict[str, Any], **answers: str) -> Any:
    """Send the form, and then what it asks with an answer."""
    asked = client.post(path, data)
    assert asked.status_code == 409, words(asked.content)
    return client.post(path, data | question(asked.content) | answers, follow=True)


def saved(identifier: str = "A-1") -> Batch:
    return Batch.objects.get(batch_identifier=identifier)


def report_of(batch: Batch) -> str:
    return words(Client().get(f"/batch/{batch.pk}").content)


class TestTheRule:
    """Held by `Batch.save`, so by whatever saves a batch."""

    @pytest.mark.parametrize(
        ("supplier", "lot", "is_recalled"),
        [
            ("Hill Farm", "L-1", True),
            (" HILL   farm", "l-1 ", True),
            ("Ｈill Farm", "Ｌ-１", True),
            ("Hill Farm", "L\N{EN DASH}1", True),
            ("Hill Farm", "L\N{NON-BREAKING HYPHEN}1", True),
            ("Hill Farm", "L\N{MINUS SIGN}1", True),
            ("Hill Farm", "L1", False),
            ("Hill Farm", "L 1", False),
            ("Hill Farm", "L-2", False),
            ("Dale Farm", "L-1", False),
            ("Hill Farm", "", False),
            ("", "L-1", False),
            ("", "", False),
        ],
    )
    def test_it_goes_by_the_supplier_and_its_lot(
        self, glass: Recall, make_batch: MakeBatch, supplier: str, lot: str, is_recalled: bool
    ) -> None:
        batch = make_batch(supplier=supplier, supplier_lot=lot)
        stored = Batch.objects.get(pk=batch.pk)
        assert (stored.recall_reason == "Glass") == (stored.recalled_at is not None) == is_recalled
        assert (batch.recalled_at, batch.recall_reason) == (
            stored.recalled_at,
            stored.recall_reason,
        )
        assert glass.batches.filter(code=batch.pk, released_at=None).exists() == is_recalled

    def test_turkish_capitals_are_the_same_lot(self, make_batch: MakeBatch, staff: User) -> None:
        Recall.begin([make_batch(supplier="Kıyı", supplier_lot="PİL-1").pk], "Glass", staff)
        assert make_batch(supplier="KIYI", supplier_lot="pil-1").recall_reason == "Glass"

    def test_the_apostrophe_of_a_phone_is_the_one_of_a_keyboard(
        self, make_batch: MakeBatch, staff: User
    ) -> None:
        Recall.begin([make_batch(supplier="O'Brien", supplier_lot='5"').pk], "Glass", staff)
        assert make_batch(supplier="O’Brien", supplier_lot="5”").recall_reason == "Glass"

    @pytest.mark.parametrize("by", ["record", "batch"])
    def test_it_goes_by_the_record_and_by_what_its_batches_are_now(
        self, glass: Recall, make_batch: MakeBatch, staff: User, by: str
    ) -> None:
        if by == "record":
            Batch.objects.all().delete()
        else:
            changed = {"supplier_lot": "L-9", "supplier_lot_folded": "l-9"}
            Batch.objects.all().change(staff, **changed)
        lots = {lot: make_batch(supplier="Hill Farm", supplier_lot=lot) for lot in ("L-1", "L-9")}
        found = {lot: batch.recall_reason for lot, batch in lots.items()}
        assert found == {"L-1": "Glass", "L-9": "" if by == "record" else "Glass"}

    def test_a_recall_of_one_product_or_of_dates_stands_for_its_lots_too(
        self, staff_client: Client, make_batch: MakeBatch, chicken: Product
    ) -> None:
        make_batch(**LOT)
        recall(staff_client, "Glass", product=chicken.pk, arrived_from="2026-11-22")
        beef = Product.objects.get(name="Beef")
        assert make_batch(product=beef, **LOT).recall_reason == "Glass"

    def test_a_recall_that_was_released_is_none(
        self, glass: Recall, make_batch: MakeBatch, administrator: User
    ) -> None:
        glass.batches.all().release(administrator, "Another lot")
        assert make_batch(**LOT).recalled_at is None

    def test_of_several_recalls_the_newest_is_joined(
        self, glass: Recall, make_batch: MakeBatch, staff: User, noon: Any
    ) -> None:
        other = make_batch(**LOT)
        glass.batches.filter(code=other.pk).update(released_at=timezone.now(), released_by=staff)
        Batch.objects.filter(pk=other.pk).change(staff, recalled_at=None, recall_reason="")
        noon.shift(60)
        newest = Recall.begin([other.pk], "Plastic", staff)
        noon.shift(60)
        assert make_batch(**LOT).recall_reason == "Plastic"
        assert standing_recalls() == {("hill farm", "l-1"): newest}
        assert standing_recall(("hill farm", "l-1")) == newest
        assert standing_recall(("hill farm", "l-2")) is None

    def test_an_edit_of_another_field_recalls_nothing(
        self, glass: Recall, make_batch: MakeBatch, administrator: User
    ) -> None:
        batch = make_batch(**LOT)
        glass.batches.filter(code=batch.pk).release(administrator, "Found clean")
        batch = Batch.objects.get(pk=batch.pk)
        batch.batch_identifier, batch.supplier_lot = "new-name", "l-1"
        batch.save()
        batch.save(update_fields=["arrival_date"])
        assert Batch.objects.get(pk=batch.pk).recalled_at is None

    def test_a_batch_that_comes_back_to_the_lot_is_recalled_again(
        self, glass: Recall, make_batch: MakeBatch, administrator: User
    ) -> None:
        batch = make_batch(**LOT)
        glass.batches.filter(code=batch.pk).release(administrator, "Another lot")
        for lot in ("L-2", "L-1"):
            batch = Batch.objects.get(pk=batch.pk)
            batch.supplier_lot = lot
            batch.save()
        assert batch.recall_reason == "Glass"
        [entry] = glass.batches.filter(code=batch.pk)
        assert (entry.released_at, entry.release_reason) == (None, "")

    @pytest.mark.parametrize("fields", [["supplier_lot"], None])
    def test_a_save_of_some_fields_is_no_way_around_it(
        self, glass: Recall, make_batch: MakeBatch, fields: list[str] | None
    ) -> None:
        batch = make_batch(supplier="Hill Farm", supplier_lot="L-2")
        batch.supplier_lot = "L-1"
        batch.save(update_fields=fields)
        assert Batch.objects.get(pk=batch.pk).recall_reason == "Glass"

    def test_a_save_that_fails_can_be_tried_again(
        self, glass: Recall, make_batch: MakeBatch, staff: User
    ) -> None:
        batch = make_batch(supplier="Hill Farm")
        batch.supplier_lot, batch.batch_identifier = "L-1", "OLD"
        with pytest.raises(IntegrityError), transaction.atomic():
            batch.save()
        batch.batch_identifier = "other"
        batch.save()
        assert glass.batches.filter(code=batch.pk, released_at=None).exists()

    def test_a_code_that_is_taken_is_drawn_again_and_joins_once(
        self, glass: Recall, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(id=Batch.objects.get().pk, **LOT)
        assert glass.batches.filter(code=batch.pk).count() == 1

    def test_only_who_may_release_puts_it_on_the_shelf(
        self, glass: Recall, make_batch: MakeBatch, administrator: User, staff: User
    ) -> None:
        batch = make_batch(supplier="Hill Farm")
        batch.supplier_lot = "L-1"
        batch.leave_on_shelf(staff, "I say so")
        with pytest.raises(PermissionDenied):
            batch.save()
        assert Batch.objects.get(pk=batch.pk).supplier_lot == ""
        batch.leave_on_shelf(administrator, "Found clean")
        batch.save()
        assert Batch.objects.get(pk=batch.pk).recalled_at is None
        assert glass.batches.get(code=batch.pk).was_left_on_shelf

    def test_the_two_ways_to_look_up_a_recall_agree(
        self, glass: Recall, make_batch: MakeBatch, staff: User, noon: Any
    ) -> None:
        for number in range(6):
            noon.shift(1)
            lot = f"L-{number % 3}"
            batch = make_batch(supplier="Dale", supplier_lot=lot, recall_reason="")
            Recall.begin([batch.pk], f"Plastic {number}", staff)
            if number % 2:
                changed = {"supplier_lot": "X", "supplier_lot_folded": "x"}
                Batch.objects.filter(pk=batch.pk).change(staff, **changed)
        for key, found in standing_recalls().items():
            assert standing_recall(key) == found
        assert len(standing_recalls()) == 5


class TestAdding:
    def test_it_asks_before_it_saves_and_says_what_will_happen(
        self, glass: Recall, staff_client: Client
    ) -> None:
        response = staff_client.post(ADD, form_data(**LOT | {"supplier": "hill  FARM"}))
        page, html = words(response.content), response.content.decode()
        assert response.status_code == 409
        assert QUESTION.format("L-1") in page
        assert "This batch will be saved as recalled, and customers read that." in page
        assert f'href="/admin/recalls/{glass.pk}"' in html
        for typed in ("A-1", "hill  FARM", "L-1"):
            assert f'value="{typed}"' in html
        assert "Only an administrator can put it on the shelf all the same." in page
        assert 'name="shelf_reason"' not in html
        assert Batch.objects.count() == 1

    def test_then_it_is_saved_as_recalled_and_joins_the_record(
        self, glass: Recall, staff_client: Client, staff: User, security_log: SecurityLog
    ) -> None:
        page = words(answer(staff_client, ADD, form_data(**LOT), lot_answer="recalled").content)
        assert "Batch A-1 is saved as recalled: Glass" in page
        assert "is on the shelf" not in page
        assert "Ayşe Yılmaz recalled it: Glass" in page
        batch = saved()
        assert "Why: Glass" in report_of(batch)
        entry = glass.batches.get(code=batch.pk)
        assert (entry.supplier_lot, entry.labels, entry.released_at) == ("L-1", 0, None)
        assert (entry.joined_at, entry.joined_by) == (batch.recalled_at, staff)
        record = words(staff_client.get(f"/admin/recalls/{glass.pk}").content)
        assert "Still recalled 2" in record
        assert "Saved later, 22 November 2026, 12:00, by Ayşe Yılmaz" in record
        [line] = security_log()
        assert (line["event"], line["recall"], line["batches"]) == ("recalled", glass.pk, 1)

    def test_an_administrator_puts_it_on_the_shelf_with_a_reason(
        self, glass: Recall, administrator_client: Client, security_log: SecurityLog
    ) -> None:
        response = answer(administrator_client, ADD, form_data(**LOT), lot_answer="shelf", **REASON)
        page = words(response.content)
        assert "Batch A-1 is on the shelf." in page
        assert "Other batches of the supplier's lot L-1 are recalled: Glass" in page
        assert "Olga Owner decided on 22 November 2026, 12:00 that this one is not: The lab" in page
        told = "Olga Owner put it on the shelf although its lot is recalled: The laboratory found"
        assert told in page
        assert "Good to buy." in report_of(saved())
        record = words(administrator_client.get(f"/admin/recalls/{glass.pk}").content)
        assert "Still recalled 1" in record
        assert "Olga Owner put it on the shelf all the same" in record
        table = administrator_client.get(f"/admin/recalls/{glass.pk}/record").getvalue().decode()
        [row] = [row for row in table.splitlines() if row.startswith(saved().pk)]
        assert ",Glass,,," in row
        assert row.endswith(",Olga Owner,The laboratory found nothing")
        [line] = security_log()
        assert (line["event"], line["reason"]) == ("recall released", REASON["shelf_reason"])

    def test_not_without_a_reason(self, glass: Recall, administrator_client: Client) -> None:
        response = answer(
            administrator_client, ADD, form_data(**LOT), lot_answer="shelf", shelf_reason="  "
        )
        assert response.status_code == 422
        assert "Write the reason for selling all the same." in words(response.content)
        assert not Batch.objects.filter(batch_identifier="A-1").exists()

    def test_staff_who_send_it_by_hand_are_refused(
        self, glass: Recall, staff_client: Client
    ) -> None:
        response = answer(staff_client, ADD, form_data(**LOT), lot_answer="shelf", **REASON)
        assert response.status_code == 403
        assert "Only an administrator can put it on the shelf" in words(response.content)
        assert 'value="A-1"' in response.content.decode()
        assert Batch.objects.count() == 1

    @pytest.mark.parametrize("chosen", ["recalled", "shelf", "x", ""])
    def test_an_answer_that_was_not_asked_for_asks(
        self, glass: Recall, administrator_client: Client, chosen: str
    ) -> None:
        for asked in ({}, {"lot_asked": "0" * 64}):
            data = form_data(**LOT) | asked | {"lot_answer": chosen} | REASON
            response = administrator_client.post(ADD, data)
            assert response.status_code == 409
            assert f'value="{REASON["shelf_reason"]}"' in response.content.decode()
        assert Batch.objects.count() == 1

    def test_an_answer_about_another_lot_asks_again(
        self, glass: Recall, administrator_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        other = make_batch(supplier="Hill Farm", supplier_lot="L-2")
        Recall.begin([other.pk], "Plastic", staff)
        sent = question(administrator_client.post(ADD, form_data(**LOT)).content) | REASON
        for chosen in ("recalled", "shelf"):
            data = form_data(**LOT | {"supplier_lot": "L-2"}) | sent | {"lot_answer": chosen}
            response = administrator_client.post(ADD, data)
            assert response.status_code == 409
            assert "lot L-2 is recalled: Plastic" in words(response.content)
        assert Batch.objects.count() == 2

    def test_an_answer_about_another_recall_asks_again(
        self, glass: Recall, staff_client: Client, make_batch: MakeBatch, staff: User, noon: Any
    ) -> None:
        sent = question(staff_client.post(ADD, form_data(**LOT)).content)
        noon.shift(60)
        newer = make_batch(recalled_at=None, supplier="Hill Farm")
        Batch.objects.filter(pk=newer.pk).update(supplier_lot="L-1", supplier_lot_folded="l-1")
        Recall.begin([newer.pk], "Plastic", staff)
        response = staff_client.post(ADD, form_data(**LOT) | sent | {"lot_answer": "recalled"})
        assert response.status_code == 409
        assert "is recalled: Plastic" in words(response.content)

    @pytest.mark.parametrize("lot", ["L-2", ""])
    def test_what_is_not_recalled_any_more_is_not_saved_as_recalled(
        self, glass: Recall, staff_client: Client, lot: str
    ) -> None:
        sent = question(staff_client.post(ADD, form_data(**LOT)).content)
        typed = form_data(**LOT | {"supplier_lot": lot})
        response = staff_client.post(ADD, typed | sent | {"lot_answer": "recalled"})
        assert response.status_code == 409
        assert "does not fit what is typed now. Nothing is saved yet" in words(response.content)
        assert Batch.objects.count() == 1
        staff_client.post(ADD, typed)
        assert saved().recalled_at is None

    def test_what_else_is_wrong_is_told_with_it_and_nothing_typed_is_lost(
        self, glass: Recall, administrator_client: Client
    ) -> None:
        wrong = form_data(**LOT, batch_identifier="a b")
        response = administrator_client.post(ADD, wrong)
        assert response.status_code == 422
        assert QUESTION.format("L-1") in words(response.content)
        sent = question(response.content) | REASON | {"lot_answer": "shelf"}
        response = administrator_client.post(ADD, wrong | sent)
        assert response.status_code == 422
        assert f'value="{REASON["shelf_reason"]}"' in response.content.decode()
        response = administrator_client.post(ADD, form_data(**LOT) | sent)
        assert response.status_code == 302
        assert saved().recalled_at is None

    def test_who_sends_it_twice_is_shown_that_it_is_saved(
        self, glass: Recall, staff_client: Client
    ) -> None:
        answer(staff_client, ADD, form_data(**LOT), lot_answer="recalled")
        response = staff_client.post(ADD, form_data(**LOT))
        assert response.status_code == 422
        assert "You have saved exactly this already." in words(response.content)
        assert Batch.objects.filter(batch_identifier="A-1").count() == 1

    @pytest.mark.parametrize("reason", ["x" * 201, "a\x00b", "\u200b"])
    def test_no_reason_breaks_it(
        self, glass: Recall, administrator_client: Client, reason: str
    ) -> None:
        response = answer(
            administrator_client, ADD, form_data(**LOT), lot_answer="shelf", shelf_reason=reason
        )
        assert response.status_code == 422
        assert Batch.objects.count() == 1


class TestEditing:
    @pytest.fixture
    def path(self, glass: Recall, make_batch: MakeBatch) -> str:
        batch = make_batch(batch_identifier="A-1", supplier="Hill Farm", supplier_lot="L-2")
        return f"/admin/batches/{batch.pk}/edit"

    def test_a_lot_that_is_recalled_is_asked_about(
        self, glass: Recall, staff_client: Client, path: str
    ) -> None:
        response = staff_client.post(path, form_data(**LOT))
        assert response.status_code == 409
        assert QUESTION.format("L-1") in words(response.content)
        assert saved().supplier_lot == "L-2"
        page = words(answer(staff_client, path, form_data(**LOT), lot_answer="recalled").content)
        assert "Batch A-1 is saved as recalled: Glass" in page
        assert "Why: Glass" in report_of(saved())
        assert glass.batches.standing().filter(code=saved().pk).exists()

    def test_capitals_alone_ask_nothing(self, staff_client: Client, path: str) -> None:
        assert staff_client.post(path, form_data(supplier_lot="l-2")).status_code == 302

    def test_what_an_administrator_put_on_the_shelf_stays_there(
        self, staff_client: Client, administrator_client: Client, path: str
    ) -> None:
        answer(administrator_client, path, form_data(**LOT), lot_answer="shelf", **REASON)
        typed = form_data(supplier="HILL FARM", supplier_lot="l-1", batch_identifier="A-2")
        page = words(staff_client.post(path, typed, follow=True).content)
        assert "Batch A-2 is changed." in page
        assert saved("A-2").recalled_at is None

    def test_away_from_the_lot_it_stays_recalled(self, staff_client: Client, path: str) -> None:
        answer(staff_client, path, form_data(**LOT), lot_answer="recalled")
        assert staff_client.post(path, form_data(supplier_lot="L-2")).status_code == 302
        assert saved().recall_reason == "Glass"

    def test_a_batch_that_is_off_the_shelf_is_no_way_around_it(
        self, staff_client: Client, path: str
    ) -> None:
        code = saved().pk
        staff_client.post("/admin/batches/remove", {"batch": code, "removal": "sold-out"})
        answer(staff_client, path, form_data(**LOT), lot_answer="recalled")
        page = staff_client.post("/admin/batches/put-back", {"batch": code}, follow=True)
        assert "A-1 is put back. It is recalled: Glass" in words(page.content)
        assert saved().removed_on is None
        assert "Why: Glass" in report_of(saved())

    def test_staff_who_send_it_by_hand_are_refused(self, staff_client: Client, path: str) -> None:
        response = answer(staff_client, path, form_data(**LOT), lot_answer="shelf", **REASON)
        assert response.status_code == 403
        assert saved().supplier_lot == "L-2"

    def test_a_conflict_comes_first(self, staff_client: Client, path: str, staff: User) -> None:
        html = staff_client.get(path).content.decode()
        [version] = re.findall(r'name="version" value="(\d+)"', html)
        Batch.objects.filter(pk=saved().pk).change(staff, supplier="Theirs")
        response = staff_client.post(path, form_data(**LOT, version=version))
        assert response.status_code == 409
        assert "changed this batch on" in words(response.content)
        assert saved().supplier == "Theirs"


class TestAdministration:
    def test_a_new_batch_is_saved_as_recalled_and_that_is_told(
        self, glass: Recall, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        data = as_shown(make_batch()) | LOT | {"batch_identifier": "A-1"}
        path = "/django-admin/batches/batch/add/"
        page = words(administrator_client.post(path, data, follow=True).content)
        assert "lot is recalled, so the batch is saved as recalled: Glass" in page
        assert "Why: Glass" in report_of(saved())

    def test_a_batch_that_is_changed_too(
        self, glass: Recall, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        path = f"/django-admin/batches/batch/{batch.pk}/change/"
        page = words(administrator_client.post(path, as_shown(batch, **LOT), follow=True).content)
        assert "lot is recalled, so the batch is saved as recalled: Glass" in page
        assert saved().recall_reason == "Glass"
        joined = glass.batches.filter(joined_by__email="owner@example.com")
        assert [entry.code for entry in joined] == [batch.pk]


class TestPuttingBack:
    def test_a_batch_that_comes_back_while_others_of_its_lot_are_recalled_is_told_of(
        self, staff_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        gone, other = make_batch(**LOT), make_batch(**LOT)
        staff_client.post("/admin/batches/remove", {"batch": gone.pk, "removal": "sold-out"})
        Recall.begin([other.pk], "Glass", staff)
        response = staff_client.post("/admin/batches/put-back", {"batch": gone.pk}, follow=True)
        page = words(response.content)
        assert f"{gone} is back on the shelf." in page
        assert "Other batches of the supplier&#x27;s lot L-1 are recalled: Glass" in page

    def test_and_no_other(self, glass: Recall, staff_client: Client, make_batch: MakeBatch) -> None:
        gone = make_batch(supplier="Hill Farm", supplier_lot="L-2")
        staff_client.post("/admin/batches/remove", {"batch": gone.pk, "removal": "sold-out"})
        response = staff_client.post("/admin/batches/put-back", {"batch": gone.pk}, follow=True)
        assert "Other batches" not in words(response.content)


def file(*lots: str) -> str:
    rows = [f"{ROW.replace('B-1', f'B-{number}')},{lot}" for number, lot in enumerate(lots)]
    return "\n".join([f"{HEADER},supplier_lot", *rows])


class TestImport:
    """Its rows are of Hill Farm."""

    def test_the_preview_says_which_rows_and_what_becomes_of_them(
        self, glass: Recall, staff_client: Client
    ) -> None:
        page = words(preview(staff_client, file("l-1", "L-2", "")).content)
        told = "1 row is of a supplier's lot that is recalled. Its batch will be saved as recalled"
        assert told in page
        assert "Of a recalled lot Chicken B-0 Row 2 Recalled: Glass" in page
        assert "Only an administrator can put them on the shelf" in page
        rows = staff_client.get(f"{Import.objects.get().get_absolute_url()}/rows").getvalue()
        assert "2,Chicken B-0,New,,,,Its lot is recalled: Glass" in rows.decode()
        assert "lot that is recalled" not in words(preview(staff_client, file("L-2")).content)

    def test_then_they_are_saved_as_recalled(
        self, glass: Recall, staff_client: Client, staff: User, security_log: SecurityLog
    ) -> None:
        preview(staff_client, file("l-1", "L-2", ""))
        page = words(confirm(staff_client).content)
        assert "1 batch is of a supplier's lot that is recalled, and is saved as recalled." in page
        found = dict(Batch.objects.values_list("batch_identifier", "recall_reason"))
        assert found == {"old": "Glass", "B-0": "Glass", "B-1": "", "B-2": ""}
        batch = saved("B-0")
        assert "Why: Glass" in report_of(batch)
        entry = glass.batches.get(code=batch.pk)
        assert (entry.joined_by, entry.joined_at) == (staff, batch.recalled_at)
        history = words(staff_client.get(f"/admin/batches/{batch.pk}").content)
        assert "Ayşe Yılmaz recalled it: Glass" in history
        assert "Imported from b.csv" in history
        assert [line["event"] for line in security_log()] == ["recalled"]

    def test_a_change_of_the_lot_counts_and_no_other(
        self,
        glass: Recall,
        staff_client: Client,
        make_batch: MakeBatch,
        administrator: User,
    ) -> None:
        other = make_batch(2, batch_identifier="B-0", supplier="Hill Farm", supplier_lot="L-2")
        released = make_batch(2, batch_identifier="B-1", **LOT)
        glass.batches.filter(code=released.pk).release(administrator, "Found clean")
        header, *rows = file("L-1", "l-1").splitlines()
        codes = (other.pk, released.pk)
        with_codes = [f"{code},{row}" for code, row in zip(codes, rows, strict=True)]
        preview(staff_client, "\n".join([f"code,{header}", *with_codes]))
        page = words(confirm(staff_client).content)
        assert "2 rows are saved." in page
        assert (saved("B-0").recall_reason, saved("B-1").recall_reason) == ("Glass", "")
        assert saved("B-1").supplier_lot == "l-1"

    def test_a_recall_that_began_meanwhile_is_shown_first(
        self, staff_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        old = make_batch(**LOT)
        preview(staff_client, file("L-1"))
        Recall.begin([old.pk], "Glass", staff)
        page = words(confirm(staff_client).content)
        assert "Something in the shop has changed since you saw this" in page
        assert "Its batch will be saved as recalled" in page
        assert Batch.objects.count() == 1
        confirm(staff_client)
        assert saved("B-0").recall_reason == "Glass"

    def test_a_recall_that_ended_meanwhile_is_shown_first(
        self, glass: Recall, staff_client: Client, administrator: User
    ) -> None:
        preview(staff_client, file("L-1"))
        glass.batches.all().release(administrator, "Another lot")
        page = words(confirm(staff_client).content)
        assert "Something in the shop has changed since you saw this" in page
        confirm(staff_client)
        assert saved("B-0").recalled_at is None

    def sent(self, client: Client, **data: str) -> Any:
        path = Import.objects.get().get_absolute_url()
        html = client.get(path).content.decode()
        asked = dict(re.findall(r'name="(lots_asked)" value="(\w+)"', html))
        return client.post(f"{path}/confirm", asked | data, follow=True)

    def test_an_administrator_puts_them_on_the_shelf_with_a_reason(
        self, glass: Recall, administrator_client: Client, security_log: SecurityLog
    ) -> None:
        preview(administrator_client, file("L-1", "L-1", "L-2"), kind="batches")
        page = words(self.sent(administrator_client, lot_answer="shelf", **REASON).content)
        assert "recalled, and are on the shelf all the same: The laboratory found nothing" in page
        assert not Batch.objects.filter(batch_identifier__startswith="B").exclude(recalled_at=None)
        assert glass.batches.filter(release_reason=REASON["shelf_reason"]).count() == 2
        history = words(administrator_client.get(f"/admin/batches/{saved('B-0').pk}").content)
        assert "although its lot is recalled: The laboratory found nothing" in history
        assert [line["event"] for line in security_log()] == ["recall released"]

    def test_not_without_a_reason(self, glass: Recall, administrator_client: Client) -> None:
        preview(administrator_client, file("L-1"), kind="batches")
        response = self.sent(administrator_client, lot_answer="shelf", shelf_reason="")
        assert response.status_code == 422
        assert "Write the reason for selling all the same." in words(response.content)
        assert Batch.objects.count() == 1

    def test_staff_who_send_it_by_hand_are_refused(
        self, glass: Recall, staff_client: Client
    ) -> None:
        preview(staff_client, file("L-1"))
        response = self.sent(staff_client, lot_answer="shelf", **REASON)
        assert response.status_code == 403
        assert Batch.objects.count() == 1

    def test_a_reason_for_other_lots_asks_again_and_is_not_lost(
        self, glass: Recall, administrator_client: Client
    ) -> None:
        preview(administrator_client, file("L-1"), kind="batches")
        data = {"lot_answer": "shelf", "lots_asked": "0" * 64} | REASON
        path = Import.objects.get().get_absolute_url()
        response = administrator_client.post(f"{path}/confirm", data)
        assert response.status_code == 409
        assert f'value="{REASON["shelf_reason"]}"' in response.content.decode()
        assert Batch.objects.count() == 1

    def test_a_reason_is_not_lost_when_the_shop_has_changed(
        self, glass: Recall, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        preview(administrator_client, file("L-1"), kind="batches")
        dates = {"butcher_date": date(2026, 11, 20), "arrival_date": date(2026, 11, 21)}
        make_batch(batch_identifier="B-0", **dates)
        response = self.sent(administrator_client, lot_answer="shelf", **REASON)
        assert "Something in the shop has changed" in words(response.content)
        assert f'value="{REASON["shelf_reason"]}"' in response.content.decode()

    def test_the_command_says_so(self, glass: Recall, administrator: User, tmp_path: Any) -> None:
        path = tmp_path / "b.csv"
        path.write_text(file("L-1", "L-2"))
        said = run(path)
        assert "Row 2: its lot is recalled, so it is saved as recalled: Glass" in said
        assert said.endswith("Saved.\n")
        assert (saved("B-0").recall_reason, saved("B-1").recall_reason) == ("Glass", "")
        assert glass.batches.get(code=saved("B-0").pk).joined_by == administrator


def test_what_was_recalled_and_imported_before_is_told_as_it_was(
    glass: Recall, make_batch: MakeBatch, staff: User
) -> None:
    glass.batches.update(supplier_folded="", supplier_lot_folded="")
    Batch.objects.all().delete()
    about: dict[str, Any] = {"author": staff, "rows": 1, "of_recalled_lots": 1}
    done, open_one = (Import.objects.create(state=state, **about) for state in ("done", "checked"))
    migration = import_module("batches.migrations.0021_lots_of_recalled_batches")
    for change in (migration.fold, migration.forget_rows_of_recalled_lots):
        change(apps, connection.schema_editor())
    assert make_batch(**LOT).recall_reason == "Glass"
    done.refresh_from_db()
    open_one.refresh_from_db()
    assert (done.of_recalled_lots, open_one.of_recalled_lots) == (0, 1)


def test_what_was_recorded_with_other_hyphens_before_is_found(
    make_batch: MakeBatch, staff: User
) -> None:
    batch = make_batch(supplier="O’Brien", supplier_lot="L–1")
    recall = Recall.begin([batch.pk], "Glass", staff)
    old = {"supplier_folded": "o’brien", "supplier_lot_folded": "l–1"}
    Batch.objects.update(**old)
    recall.batches.update(**old)
    recorded = import_module("batches.migrations.0021_lots_of_recalled_batches")
    recorded.fold(apps, connection.schema_editor())
    stored = import_module("batches.migrations.0023_import_questions")
    stored.fold_batches(apps, connection.schema_editor())
    assert make_batch(supplier="O'Brien", supplier_lot="L-1").recall_reason == "Glass"
    now = {"supplier_folded": "o'brien", "supplier_lot_folded": "l-1"}
    assert recall.batches.filter(code=batch.pk, **now).exists()
    assert Batch.objects.filter(pk=batch.pk, **now).exists()


def begun_in_order(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """What both return. The second begins when the first is done, and before it commits."""
    is_done, may_commit = threading.Event(), threading.Event()

    def run_first() -> Any:
        try:
            with transaction.atomic():
                result = first()
                is_done.set()
                may_commit.wait(timeout=10)
            return result
        finally:
            is_done.set()
            connection.close()

    def run_second() -> Any:
        is_done.wait(timeout=10)
        threading.Timer(0.5, may_commit.set).start()
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(run_first), pool.submit(run_second)]
        return results[0].result(), results[1].result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
class TestAtTheSameTime:
    """In transactions that do not see each other."""

    def test_a_recall_that_is_not_committed_yet_is_waited_for(
        self, staff_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        old = make_batch(**LOT)
        _recall, response = begun_in_order(
            partial(Recall.begin, [old.pk], "Glass", staff),
            partial(staff_client.post, ADD, form_data(**LOT)),
        )
        assert response.status_code == 409
        assert QUESTION.format("L-1") in words(response.content)
        assert Batch.objects.count() == 1

    def test_and_by_an_import(
        self, staff_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        old = make_batch(**LOT)
        preview(staff_client, file("L-1"))
        begun_in_order(
            partial(Recall.begin, [old.pk], "Glass", staff), partial(confirm, staff_client)
        )
        assert Batch.objects.count() == 1
        confirm(staff_client)
        assert saved("B-0").recall_reason == "Glass"

    def test_and_by_an_edit(self, staff_client: Client, make_batch: MakeBatch, staff: User) -> None:
        old, other = make_batch(**LOT), make_batch(supplier="Hill Farm")
        _recall, response = begun_in_order(
            partial(Recall.begin, [old.pk], "Glass", staff),
            partial(staff_client.post, f"/admin/batches/{other.pk}/edit", form_data(**LOT)),
        )
        assert response.status_code == 409
        assert Batch.objects.filter(supplier_lot="L-1").count() == 1

    @pytest.mark.parametrize("criteria", [LOT, {"supplier": "hill farm"}, {"supplier_lot": "l-1"}])
    def test_a_batch_that_is_not_committed_yet_is_waited_for(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        chicken: Product,
        staff: User,
        criteria: dict[str, str],
    ) -> None:
        make_batch(**LOT)
        shown = hidden_fields(staff_client.get(RECALL, criteria).content.decode())
        _batch, response = begun_in_order(
            partial(make_batch, **LOT),
            partial(staff_client.post, RECALL, shown | {"recall_reason": "Glass"}),
        )
        assert response.status_code == 409
        assert "Other batches match now than you were shown." in words(response.content)
        assert not Recall.objects.exists()

    @pytest.mark.parametrize("attempt", range(6))
    def test_no_batch_of_the_lot_escapes(
        self, make_user: MakeUser, make_batch: MakeBatch, attempt: int
    ) -> None:
        staff = make_user()
        old, edited = make_batch(**LOT), make_batch(supplier="Hill Farm")
        clients = [Client() for _ in range(4)]
        for client in clients:
            client.force_login(staff)
        shown = hidden_fields(clients[0].get(RECALL, LOT).content.decode())
        preview(clients[1], file("L-1"))
        at_the_same_time(
            partial(clients[0].post, RECALL, shown | {"recall_reason": "Glass"}),
            partial(confirm, clients[1]),
            partial(clients[2].post, ADD, form_data(**LOT)),
            partial(clients[3].post, f"/admin/batches/{edited.pk}/edit", form_data(**LOT)),
        )
        of_lot = Batch.objects.filter(supplier_lot="L-1")
        if Recall.objects.exists():
            assert set(of_lot.values_list("recall_reason", flat=True)) == {"Glass"}
            codes = set(RecalledBatch.objects.standing().values_list("code", flat=True))
            assert codes == set(of_lot.values_list("pk", flat=True))
        assert old in of_lot

    @pytest.mark.parametrize("attempt", range(4))
    def test_a_recall_and_an_edit_of_the_same_batch_do_not_wait_for_one_another(
        self, staff_client: Client, make_user: MakeUser, make_batch: MakeBatch, attempt: int
    ) -> None:
        administrator = make_user("owner@example.com", is_superuser=True)
        admin_client = Client()
        admin_client.force_login(administrator)
        batch = make_batch(**LOT)
        change = f"/django-admin/batches/batch/{batch.pk}/change/"
        results = at_the_same_time(
            partial(Recall.begin, [batch.pk], "Glass", administrator),
            partial(staff_client.post, f"/admin/batches/{batch.pk}/edit", form_data(supplier="X")),
            partial(admin_client.post, change, as_shown(batch, supplier="Y")),
        )
        assert all(it.status_code < 500 for it in results[1:])
        assert Batch.objects.get(pk=batch.pk).recall_reason == "Glass"

    def test_a_release_that_is_not_committed_yet_is_waited_for(
        self, staff_client: Client, make_user: MakeUser, make_batch: MakeBatch, staff: User
    ) -> None:
        administrator = make_user("owner@example.com", is_superuser=True)
        Recall.begin([make_batch(**LOT).pk], "Glass", staff)
        _released, response = begun_in_order(
            partial(RecalledBatch.objects.all().release, administrator, "Another lot"),
            partial(staff_client.post, ADD, form_data(**LOT)),
        )
        assert response.status_code == 302
        assert not Batch.objects.exclude(recalled_at=None).exists()
