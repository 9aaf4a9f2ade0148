import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from batches.labels.custom_stock.forms import OwnStockForm
from batches.listing.form_fields import save_unless_taken
from batches.models import OwnStock
from batches.rules.label_stock import ready_made
from conftest import MakeBatch, words

from .test_views import page, printed, sheets

SHEET = {
    "name": "Counter labels",
    "kind": "sheet",
    "unit": "mm",
    "label_width": "63.5",
    "label_height": "38,1",
    "dots_per_inch": "203",
    "page_width": "210",
    "page_height": "297",
    "columns": "3",
    "rows": "7",
    "margin_left": "7.2",
    "margin_top": "15.1",
    "pitch_x": "66",
    "pitch_y": "",
}
ROLL = {
    "name": "Scale",
    "kind": "roll",
    "unit": "inch",
    "label_width": "2 1/4",
    "label_height": "1.25",
    "dots_per_inch": "300",
}


def added(client: Client, form: dict[str, Any], query: str = "") -> Any:
    return client.post(f"/admin/labels/stock/new{query}", form)


def test_a_sheet_is_kept_in_mm_and_can_be_printed_on(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch()
    response = added(staff_client, SHEET, f"?batch={batch.pk}")
    own = OwnStock.objects.get()
    assert response["Location"] == f"/admin/labels?batch={batch.pk}&stock=own-{own.pk}"
    assert own.stock().label == (63.5, 38.1)
    assert own.stock().pitch == (66, 38.1)  # left empty: the labels touch
    [sheet] = sheets(staff_client.get(response["Location"] + "&copies=21"))
    assert sheet[0][:2] == (7.2, 15.1)
    assert sheet[-1][:2] == (139.2, 243.7)


def test_a_roll_measured_in_inches_needs_no_page(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    added(staff_client, ROLL)
    own = OwnStock.objects.get()
    assert own.stock().page == own.stock().label == (57.15, 31.75)
    html = page(staff_client, make_batch(), stock=own.key).content.decode()
    assert "/admin/labels/page-57.15x31.75.css" in html
    assert own.stock().dots_per_inch == 300


def test_who_measures_in_inches_need_not_touch_the_page_that_is_filled_in(
    staff_client: Client,
) -> None:
    inches = {"unit": "inch", "label_width": "2 5/8", "label_height": "1", "columns": "3"}
    none = {"margin_left": "0", "margin_top": "0", "pitch_x": "2 3/4"}
    added(staff_client, SHEET | inches | none)
    own = OwnStock.objects.get()
    assert own.stock().page == (210, 297)
    assert own.stock().label == (66.675, 25.4)
    form = SHEET | {"unit": "inch", "margin_left": "1/4"}
    kept = {name: f"{getattr(own, name):.6g}" for name in OwnStockForm.MEASURED}
    staff_client.post(
        f"/admin/labels/stock/{own.pk}", form | kept | {"margin_left": "1/4", "columns": "2"}
    )
    own.refresh_from_db()
    assert (own.margin_left, own.label_width) == (6.35, 66.675)


def test_what_was_typed_of_a_sheet_does_not_hinder_a_roll(staff_client: Client) -> None:
    typed = SHEET | {"page_width": "wide", "margin_left": "-3", "columns": "0", "pitch_x": "1"}
    assert added(staff_client, typed | {"kind": "roll"}).status_code == 302
    assert OwnStock.objects.get().stock().page == (63.5, 38.1)


def test_a_measure_that_cannot_be_read_is_the_only_one_complained_of(staff_client: Client) -> None:
    said = words(added(staff_client, SHEET | {"page_width": "wide", "label_width": "150"}).content)
    assert "Width of the page: Write a length" in said
    assert "would end at" not in said


def test_of_two_who_save_one_name_in_one_moment_one_is_told(db: None) -> None:
    forms = [OwnStockForm(SHEET, instance=OwnStock()) for _ in range(2)]
    assert [form.is_valid() for form in forms] == [True, True]
    assert save_unless_taken(forms[0]) == OwnStock.objects.get()
    assert save_unless_taken(forms[1]) is None
    assert "There is stock of this name already." in str(forms[1].errors)


def test_another_printers_dots_hold_for_all_who_used_the_one_before(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch()
    added(staff_client, ROLL | {"dots_per_inch": "203"})
    own = OwnStock.objects.get()
    printed(staff_client, batch, stock=own.key)
    staff_client.post(f"/admin/labels/stock/{own.pk}", ROLL)
    assert page(staff_client, batch).context["form"]["dots_per_inch"].value() == "300"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Name: Give it a name, to find it by."),
        ({"label_width": ""}, "Width of a label: Measure this, and write it down."),
        ({"label_width": "wide"}, "Width of a label: Write a length such as 63.5"),
        ({"label_width": "-5"}, "Width of a label: Write a length such as 63.5"),
        ({"label_width": "2"}, "Width of a label: This is less than 5 mm."),
        ({"page_width": "2100"}, "Width of the page: This is more than 1 m."),
        ({"margin_left": "900"}, "From the page's left edge to the first label: This is more"),
        ({"columns": ""}, "Labels across: Write a whole number from 1 to 100."),
        ({"columns": "0"}, "Labels across: Write a whole number from 1 to 100."),
        (
            {"pitch_x": "60"},
            "From a label's left edge to the next label's left edge: Labels would overlap: a label "
            "measures 63.5 mm (2.5 in), and the next one begins after 60 mm (2.362 in).",
        ),
        (
            {"margin_top": "40"},
            "From the page's top edge to the first label: The last label would end at 306.7 mm "
            "(12.075 in), and the page at 297 mm (11.693 in).",
        ),
        ({"kind": "disc"}, "Kind: Select a valid choice."),
    ],
)
def test_measures_that_cannot_be_are_refused_with_the_number_to_mend(
    staff_client: Client, changes: dict[str, str], said: str
) -> None:
    response = added(staff_client, SHEET | changes)
    assert response.status_code == 422
    assert said in unescape(words(response.content))
    assert not OwnStock.objects.exists()
    for name in ("label_height", "pitch_x"):
        typed = (SHEET | changes)[name]
        assert f'name="{name}" value="{typed}"' in response.content.decode()


def test_a_name_is_taken_whatever_its_capitals(staff_client: Client) -> None:
    added(staff_client, SHEET)
    response = added(staff_client, SHEET | {"name": "COUNTER LABELS"})
    assert "There is stock of this name already. Choose another." in words(response.content)


def test_it_can_be_measured_again(staff_client: Client) -> None:
    added(staff_client, SHEET)
    own = OwnStock.objects.get()
    path = f"/admin/labels/stock/{own.pk}"
    assert 'name="label_height" value="38.1"' in staff_client.get(path).content.decode()
    staff_client.post(path, SHEET | {"margin_left": "6.9"})
    own.refresh_from_db()
    assert own.margin_left == 6.9


def test_deleted_stock_is_offered_no_more(staff_client: Client, make_batch: MakeBatch) -> None:
    batch = make_batch()
    added(staff_client, SHEET)
    own = OwnStock.objects.get()
    again = printed(staff_client, batch, stock=own.key).redirect_chain[0][0]
    assert "Counter labels" in words(page(staff_client, batch).content)
    deleted = staff_client.post(f"/admin/labels/stock/{own.pk}/delete", follow=True)
    assert "“Counter labels” is deleted." in words(deleted.content)
    assert "Counter labels" not in words(page(staff_client, batch).content)
    response = staff_client.get(again)
    assert response.status_code == 409
    assert "This cannot be printed again as it was" in words(response.content)


def test_the_test_page_shows_the_outline_of_every_label(staff_client: Client) -> None:
    html = staff_client.get("/admin/labels/test-page?stock=avery-l7160").content.decode()
    outlines = re.findall(r'<svg x="([\d.]+)" y="([\d.]+)" width="63.5" height="38.1"', html)
    assert len(outlines) == 21
    assert "/admin/labels/page-210x297.css" in html


def test_the_test_page_is_nudged_as_this_account_does_it(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    form = {"batch": make_batch().pk, "stock": "avery-l7160", "shown": "avery-l7160"}
    response = staff_client.post(
        "/admin/labels", form | {"nudge_x": "0.4", "do": "test"}, follow=True
    )
    [left, *_] = re.findall(r'<svg x="([\d.]+)"', response.content.decode())
    assert float(left) == pytest.approx(ready_made()["avery-l7160"].margin[0] + 0.4)
    plain = staff_client.get("/admin/labels/test-page?stock=dymo-30334").content.decode()
    assert '<svg x="0.0" y="0.0"' in plain
