import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.labels import run_views
from batches.labels.label import LabelMaker
from batches.labels.print_job import Job
from batches.labels.views import record
from batches.models import Batch, LabelRun, LabelSetup, OwnStock, PrintedLabels, Product
from batches.rules.label_stock import ready_made
from conftest import MakeBatch, words

from .test_views import printed, sheets


def edit(client: Client, batch: Batch, **changes: Any) -> str:
    """What is said after an edit of `batch` in the portal."""
    form = {
        "product": batch.product_id,
        "batch_identifier": batch.batch_identifier,
        "butcher_date": batch.butcher_date,
        "arrival_date": batch.arrival_date,
    }
    return words(
        client.post(f"/admin/batches/{batch.pk}/edit", form | changes, follow=True).content
    )


class TestRecord:
    def test_printing_keeps_what_the_labels_say(
        self, staff_client: Client, staff: User, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        response = printed(staff_client, batch, copies=12, field=["product", "use_by"])
        kept = PrintedLabels.objects.get()
        assert (kept.run.printed_by, kept.batch, kept.copies) == (staff, batch, 12)
        assert json.loads(kept.says) == {
            "product": "Chicken",
            "use_by": "",
            "address": "http://shop.example.com",
        }
        assert response.redirect_chain == [(f"/admin/labels/{kept.run.pk}#print", 302)]
        assert "12 labels to print" in words(response.content)
        assert [len(sheet) for sheet in sheets(response)] == [12]

    def test_a_batch_without_copies_is_not_kept(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        one, two = make_batch(), make_batch()
        printed(staff_client, one, two, copies=1, **{f"copies_{two.pk}": 0})
        assert [kept.batch for kept in PrintedLabels.objects.all()] == [one]

    def test_a_job_can_be_printed_once_more_as_it_was(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        form = {"stock": "avery-l7160", "start": 20, "copies": 3, "nudge_x": "0.5"}
        first = printed(staff_client, batch, shown="avery-l7160", **form)
        again = staff_client.get(f"/admin/labels/{LabelRun.objects.get().pk}")
        assert sheets(again) == sheets(first)
        assert [len(sheet) for sheet in sheets(again)] == [2, 1]

    def test_what_never_reached_paper_can_be_taken_back(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        printed(staff_client, batch)
        run = LabelRun.objects.get()
        response = staff_client.post(f"/admin/labels/{run.pk}/undo", follow=True)
        assert "Noted: these labels were not printed." in words(response.content)
        assert not PrintedLabels.objects.exists()
        assert staff_client.get(f"/admin/labels/{run.pk}").status_code == 404

    def test_only_whoever_printed_can_take_it_back_and_not_for_long(
        self, staff_client: Client, administrator_client: Client, make_batch: MakeBatch, noon: Any
    ) -> None:
        printed(staff_client, make_batch())
        path = LabelRun.objects.get().get_absolute_url()
        refused = "Only whoever printed them can say so, and only within an hour."
        assert "Nothing was printed" in words(staff_client.get(path).content)
        assert "Nothing was printed" not in words(administrator_client.get(path).content)
        said = words(administrator_client.post(f"{path}/undo", follow=True).content)
        assert refused in said
        noon.shift(timedelta(minutes=61))
        assert "Nothing was printed" not in words(staff_client.get(path).content)
        assert refused in words(staff_client.post(f"{path}/undo", follow=True).content)
        assert PrintedLabels.objects.count() == 1

    def test_the_page_of_a_batch_counts_its_labels(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        for copies in (2, 3):
            printed(staff_client, batch, copies=copies)
        html = staff_client.get(f"/admin/batches/{batch.pk}").content.decode()
        assert "Labels printed 5" in words(html)
        assert all(run.get_absolute_url() in html for run in LabelRun.objects.all())

    @pytest.mark.parametrize("others", [0, 1])
    def test_a_job_of_which_a_batch_is_gone_is_not_printed_again(
        self, staff_client: Client, make_batch: MakeBatch, others: int
    ) -> None:
        batches = [make_batch() for _ in range(1 + others)]
        printed(staff_client, *batches, copies=2)
        batches[0].delete()
        response = staff_client.get(LabelRun.objects.get().get_absolute_url())
        assert response.status_code == 409
        assert sheets(response) == []
        assert "A batch among them has been deleted." in words(response.content)
        assert ('name="copies" value="2"' in response.content.decode()) == bool(others)

    def test_a_job_on_stock_that_was_measured_anew_is_not_printed_again(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        own = OwnStock.objects.create(
            name="Mine", label_width=60, label_height=40, columns=3, rows=5, pitch_x=65, pitch_y=45
        )
        printed(staff_client, make_batch(), stock=own.key)
        path = LabelRun.objects.get().get_absolute_url()
        assert staff_client.get(path).status_code == 200
        own.columns = 2
        own.save()
        response = staff_client.get(path)
        assert response.status_code == 409
        assert "The label stock has been measured anew since." in words(response.content)
        own.delete()
        said = words(staff_client.get(path).content)
        assert "The label stock they were printed on has been deleted." in said

    def test_a_job_that_has_no_room_for_a_warning_is_not_printed_again(
        self, staff_client: Client, make_batch: MakeBatch, noon: Any
    ) -> None:
        batch = make_batch()
        printed(staff_client, batch, stock="brother-dk-11221", dots_per_inch=300)
        noon.shift(timedelta(days=5))
        response = staff_client.get(LabelRun.objects.get().get_absolute_url())
        assert response.status_code == 409
        assert "these labels have no room to say so" in words(response.content)

    def test_a_batch_that_is_deleted_in_the_moment_of_printing_is_told(
        self, staff: User, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        stock = ready_made()["avery-l7160"]
        job = Job(stock, LabelMaker(stock).labels([batch]), [1])
        Batch.objects.get().delete()
        assert record(LabelSetup(account=staff), job) is None
        assert not LabelRun.objects.exists()

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_asks_the_database_equally_often_for_1_batch_and_3(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        django_assert_num_queries: DjangoAssertNumQueries,
        count: int,
    ) -> None:
        printed(staff_client, *[make_batch() for _ in range(count)])
        path = LabelRun.objects.get().get_absolute_url()
        with django_assert_num_queries(6):  # session, account, run, its labels, own stock, day
            staff_client.get(path)


class TestPermanence:
    def test_an_edit_never_changes_the_code(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        pork = Product.objects.get(name="Pork")
        edit(staff_client, batch, product=pork.pk, batch_identifier="NEW-1")
        assert Batch.objects.get().pk == batch.pk
        assert b"Pork" in staff_client.get(f"/batch/{batch.pk}").content

    @pytest.mark.parametrize(
        ("changes", "difference"),
        [
            ({"batch_identifier": "A-2"}, "Batch identifier: on the label “A-1”, now “A-2”."),
            (
                {"arrival_date": date(2026, 11, 21)},
                "Arrival date: on the label 22 November 2026, now 21 November 2026.",
            ),
            (
                {"use_by": date(2026, 12, 1)},
                "Use-by date: on the label nothing, now 1 December 2026.",
            ),
        ],
    )
    def test_an_edit_that_changes_what_labels_say_tells_which_are_wrong(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        changes: dict[str, Any],
        difference: str,
    ) -> None:
        batch = make_batch(batch_identifier="A-1", butcher_date=date(2026, 11, 20))
        printed(staff_client, batch, copies=12)
        said = edit(staff_client, batch, **changes)
        assert "12 labels of this batch are wrong now." in said
        assert "by Ayşe Yılmaz:" in said
        assert difference in said
        assert "Print 12 new labels" in said
        assert "Its labels are wrong" in words(staff_client.get("/admin").content)

    def test_a_product_of_another_name_makes_its_labels_wrong(
        self, staff_client: Client, make_batch: MakeBatch, chicken: Product
    ) -> None:
        batch = make_batch()
        printed(staff_client, batch)
        chicken.name = "Hen"
        chicken.save()
        said = words(staff_client.get(f"/admin/batches/{batch.pk}").content)
        assert "1 label of this batch is wrong now." in said
        assert "Product: on the label “Chicken”, now “Hen”." in said

    def test_another_address_makes_labels_wrong(
        self, staff_client: Client, make_batch: MakeBatch, settings: Any
    ) -> None:
        batch = make_batch()
        printed(staff_client, batch)
        settings.PUBLIC_URL = "https://fresh.example.com"
        said = words(staff_client.get(f"/admin/batches/{batch.pk}").content)
        assert (
            "Address: on the label “http://shop.example.com”, now “https://fresh.example.com”."
            in said
        )

    @pytest.mark.parametrize(
        "changes",
        [{}, {"supplier": "Hill Farm"}, {"butcher_date": date(2026, 11, 19)}],
        ids=["nothing", "not printed", "not chosen"],
    )
    def test_an_edit_of_what_labels_do_not_say_leaves_them_right(
        self, staff_client: Client, make_batch: MakeBatch, changes: dict[str, Any]
    ) -> None:
        batch = make_batch(butcher_date=date(2026, 11, 20))
        printed(staff_client, batch)
        said = edit(staff_client, batch, **changes)
        assert "is changed." in said
        assert "wrong" not in said

    def test_an_edit_taken_back_makes_labels_right_again(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        printed(staff_client, batch)
        assert "wrong now" in edit(staff_client, batch, batch_identifier="A-2")
        assert "wrong now" not in edit(staff_client, batch, batch_identifier="A-1")

    def test_wrong_labels_are_told_until_somebody_has_taken_them_off(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        printed(staff_client, batch)
        edit(staff_client, batch, batch_identifier="A-2")
        batch.refresh_from_db()
        printed(staff_client, batch)
        path = f"/admin/batches/{batch.pk}"
        assert words(staff_client.get(path).content).count("wrong now") == 1
        shown = {"labels": [printed.pk for printed in batch.wrong_labels()]}
        said = words(staff_client.post(f"{path}/labels-gone", shown, follow=True).content)
        assert "Noted: the wrong labels of batch A-2 are gone." in said
        assert "wrong now" not in said
        right, gone = PrintedLabels.objects.order_by("gone_at")[:2]
        assert {right.gone_at is None, gone.gone_at is None} == {True, False}
        assert "Ayşe Yılmaz noted that 1 wrong label is gone." in said

    def test_labels_that_became_wrong_after_the_page_was_opened_stay_out(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        printed(staff_client, batch)
        edit(staff_client, batch, batch_identifier="A-2")
        batch.refresh_from_db()
        [shown] = batch.wrong_labels()
        printed(staff_client, batch)
        edit(staff_client, batch, batch_identifier="A-3")
        path = f"/admin/batches/{batch.pk}/labels-gone"
        staff_client.post(path, {"labels": [shown.pk, "x", "9" * 30]}, follow=True)
        batch.refresh_from_db()
        [wrong] = batch.wrong_labels()
        assert wrong.pk != shown.pk
        said = words(staff_client.post(path, {"labels": shown.pk}, follow=True).content)
        assert "Noted" not in said

    def test_a_warning_that_is_not_true_any_more_is_told_but_a_missing_one_is_not(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        old, fresh = make_batch(9, batch_identifier="A-1"), make_batch()
        printed(staff_client, old, fresh, field=["product"])
        said = edit(staff_client, old, arrival_date=date(2026, 11, 22))
        assert "Warning: on the label “Not for sale”, now nothing." in said
        fresh.arrival_date = fresh.butcher_date = date(2026, 11, 1)
        fresh.save()
        assert fresh.wrong_labels() == []

    @pytest.mark.parametrize("gone", [True, False])
    def test_the_database_and_the_rule_agree_on_what_is_out(
        self, staff_client: Client, make_batch: MakeBatch, gone: bool
    ) -> None:
        batch = make_batch()
        printed(staff_client, batch)
        PrintedLabels.objects.update(gone_at=timezone.now() if gone else None)
        [kept] = PrintedLabels.objects.all()
        assert Batch.objects.with_labels_out().exists() == kept.is_out == (batch.labels_out() == 1)

    def test_before_an_edit_it_says_how_many_labels_are_out(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        path = f"/admin/batches/{batch.pk}/edit"
        assert "are out" not in words(staff_client.get(path).content)
        printed(staff_client, batch, copies=4)
        assert "4 labels of this batch are out." in words(staff_client.get(path).content)

    def test_before_a_batch_is_deleted_its_labels_are_counted(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        printed(staff_client, batch, copies=4)
        said = words(staff_client.get(f"/admin/batches/{batch.pk}/delete").content)
        assert "4 labels of it may still be on packs." in said

    def test_a_job_whose_labels_would_be_wrong_is_not_printed_again(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        printed(staff_client, batch, copies=3)
        edit(staff_client, batch, batch_identifier="A-2")
        run = LabelRun.objects.get()
        response = staff_client.get(f"/admin/labels/{run.pk}")
        assert response.status_code == 409
        assert sheets(response) == []
        assert "Something has changed since: Chicken A-2" in words(response.content)
        html = response.content.decode()
        assert f'name="batch" value="{batch.pk} "' in html
        assert 'name="copies" value="3"' in html

    def test_new_labels_are_offered_in_the_numbers_of_the_old(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        one, two = make_batch(), make_batch(batch_identifier="A-1")
        printed(staff_client, one, two, copies=2, **{f"copies_{two.pk}": 5})
        edit(staff_client, two, batch_identifier="A-2")
        html = staff_client.get(LabelRun.objects.get().get_absolute_url()).content.decode()
        form = dict(
            re.findall(r'<input type="hidden" name="(batch|copies\w*)" value="(.*?)"', html)
        )
        assert [
            len(sheet) for sheet in sheets(staff_client.post("/admin/labels", form, follow=True))
        ] == [7]

    def test_no_more_new_labels_are_offered_than_one_job_prints(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        for _ in range(2):
            printed(staff_client, batch, copies=1500)
        said = edit(staff_client, batch, batch_identifier="A-2")
        assert "3000 labels of this batch are wrong now." in said
        assert "Print 2000 new labels" in said

    def test_a_label_scans_years_later(
        self, staff_client: Client, client: Client, make_batch: MakeBatch, noon: Any
    ) -> None:
        batch = make_batch()
        html = printed(staff_client, batch).content.decode()
        [code] = re.findall(r'<use href="#label-(\w+)"', html)
        noon.shift(timedelta(days=3 * 365))
        assert "Expired" in words(client.get(f"/batch/{code}").content)


class TestAdministration:
    def test_a_renamed_product_is_told_with_the_number_of_batches(
        self, administrator_client: Client, make_batch: MakeBatch, chicken: Product
    ) -> None:
        printed(administrator_client, make_batch(), make_batch(), copies=2)
        make_batch()  # without a label
        form = {"name": "Hen", "emoji": "", "fresh_days": 2, "caution_days": 4, "active": "on"}
        path = f"/django-admin/batches/product/{chicken.pk}/change/"
        said = words(administrator_client.post(path, form, follow=True).content)
        assert "Labels of 2 batches are wrong now: print new ones ." in said
        said = words(administrator_client.post(path, form | {"fresh_days": 1}, follow=True).content)
        assert "are wrong now" not in said

    def test_a_changed_batch_is_told(
        self, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        printed(administrator_client, batch)
        form = {
            "product": batch.product_id,
            "batch_identifier": "NEW-1",
            "butcher_date": batch.butcher_date,
            "arrival_date": batch.arrival_date,
        }
        path = f"/django-admin/batches/batch/{batch.pk}/change/"
        said = words(administrator_client.post(path, form, follow=True).content)
        assert "Labels of this batch are wrong now: see which ." in said


class TestZPL:
    def test_a_roll_can_be_downloaded_for_a_thermal_printer(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        page = printed(staff_client, batch, stock="thermal-57x32", copies=3)
        run = LabelRun.objects.get()
        assert "Download for a Zebra printer (ZPL)" in words(page.content)
        response = staff_client.get(f"/admin/labels/{run.pk}.zpl")
        assert response["Content-Disposition"] == f'attachment; filename="labels-{run.pk}.zpl"'
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        zpl = response.getvalue().decode()
        assert f"^FDMA,http://shop.example.com/batch/{batch.pk}^FS" in zpl
        assert zpl.endswith("^PQ3^XZ\n")

    def test_a_sheet_has_none(self, staff_client: Client, make_batch: MakeBatch) -> None:
        page = printed(staff_client, make_batch())
        run = LabelRun.objects.get()
        assert "ZPL" not in words(page.content)
        response = staff_client.get(f"/admin/labels/{run.pk}.zpl")
        assert response["Location"] == f"/admin/labels/{run.pk}"

    def test_letters_that_must_be_drawn_are_asked_for(
        self, staff_client: Client, make_batch: MakeBatch, chicken: Product
    ) -> None:
        chicken.name = "鸡腿"
        chicken.save()
        page = printed(staff_client, make_batch(), stock="thermal-57x32")
        path = f"/admin/labels/{LabelRun.objects.get().pk}.zpl"
        refused = staff_client.get(path)
        assert refused.status_code == 422
        assert "The printer has no letters for this" in words(refused.content)
        assert "鸡腿" in words(refused.content)
        [row] = page.context["to_draw"]
        pictures = json.dumps({row["key"]: {"width": 8, "height": 1, "dots": "FF"}})
        drawn = staff_client.post(path, {"pictures": pictures})
        assert "^GFA,1,1,1,FF^FS" in drawn.getvalue().decode()

    def test_what_is_no_picture_is_refused(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        printed(staff_client, make_batch(), stock="thermal-57x32")
        path = f"/admin/labels/{LabelRun.objects.get().pk}.zpl"
        for text in ("^XA", "[]", '{"x": {"width": 8, "height": 1, "dots": "FF"}}'):
            refused = staff_client.post(path, {"pictures": text})
            assert refused.status_code == 422
            assert "do not fit these labels" in words(refused.content)

    def test_a_picture_larger_than_its_row_is_refused(
        self, staff_client: Client, make_batch: MakeBatch, chicken: Product
    ) -> None:
        chicken.name = "鸡腿"
        chicken.save()
        page = printed(staff_client, make_batch(), stock="thermal-57x32")
        [row] = page.context["to_draw"]
        for width, height in ((4000, 1), (8, 4000)):
            dots = "FF" * (width // 8 * height)
            picture = {"width": width, "height": height, "dots": dots}
            refused = staff_client.post(
                f"/admin/labels/{LabelRun.objects.get().pk}.zpl",
                {"pictures": json.dumps({row["key"]: picture})},
            )
            assert refused.status_code == 422
            assert "do not fit these labels" in words(refused.content)

    def test_a_file_too_large_for_a_printer_is_refused(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        chicken: Product,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        chicken.name = "鸡腿"
        chicken.save()
        page = printed(staff_client, make_batch(), stock="thermal-57x32")
        path = f"/admin/labels/{LabelRun.objects.get().pk}.zpl"
        [row] = page.context["to_draw"]
        pictures = json.dumps({row["key"]: {"width": 8, "height": 2, "dots": "FFFF"}})
        monkeypatch.setattr(run_views, "MOST_BYTES", 4)
        assert staff_client.post(path, {"pictures": pictures}).status_code == 200
        monkeypatch.setattr(run_views, "MOST_BYTES", 3)
        refused = staff_client.post(path, {"pictures": pictures})
        assert refused.status_code == 422
        assert "several smaller jobs" in words(refused.content)

    def test_it_is_written_a_label_at_a_time(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        printed(staff_client, *(make_batch() for _ in range(3)), stock="thermal-57x32")
        response = staff_client.get(f"/admin/labels/{LabelRun.objects.get().pk}.zpl")
        assert response.streaming
        assert [part.count(b"^XA") for part in response] == [1, 1, 1]


@pytest.mark.parametrize("path", ["/admin/labels/1/undo", "/admin/batches/AAAAAAAAAA/labels-gone"])
def test_a_link_changes_nothing(staff_client: Client, path: str) -> None:
    assert staff_client.get(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        *("/admin/labels/999", "/admin/labels/999.zpl", "/admin/labels/" + "9" * 40),
        *("/admin/labels/test-page?stock=none", "/admin/labels/stock/999"),
    ],
)
def test_what_is_not_there_is_a_kind_page(staff_client: Client, path: str) -> None:
    assert staff_client.get(path).status_code == 404
