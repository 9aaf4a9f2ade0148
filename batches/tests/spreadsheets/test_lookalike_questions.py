"""Names and lots that a spreadsheet may have changed, in a file that is brought in."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from batches.models import Batch, Import, Product
from conftest import MakeBatch, words

from .test_import import HEADER, confirm, counts, preview, upload, workbook

LOT_HEADER = f"{HEADER},supplier_lot"
MANGLED = {
    "10-12-2026": "10.12.2026",
    "10-12": "10-Dec",
    "012": "12",
    "12E3": "1.20E+04",
    "123456789012": "1.23E+11",
    "T": "TRUE",
    "DOĞ": "DOĞRU",
    "1/2": "01.Şub",
    "05": "5%",
    "LOT5": "₺5.00",
    "12h30": "12:30",
}


def row(identifier: str = "B-1", lot: str = "", supplier: str = "Farm") -> str:
    return f'Chicken,{identifier},2026-11-21,2026-11-21,,{supplier},"{lot}"'


def say_they_are_right(client: Client, count: int) -> str:
    path = f"{Import.objects.latest('pk').get_absolute_url()}/lookalikes"
    return words(client.post(path, {"count": f"{count}"}, follow=True).content)


@pytest.mark.parametrize("was", MANGLED)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_change_that_a_spreadsheet_has_made_is_refused(
    staff_client: Client, make_batch: MakeBatch, was: str, kind: str
) -> None:
    batch = make_batch(1, batch_identifier="B-1", supplier="Farm", supplier_lot=was)
    lot = MANGLED[was]
    cells = [batch.pk, "Chicken", "B-1", date(2026, 11, 21), date(2026, 11, 21), None, "Farm", lot]
    content: str | bytes = f"code,{LOT_HEADER}\n{batch.pk},{row(lot=lot)}"
    if kind == "xlsx":
        content = workbook(["code", *LOT_HEADER.split(",")], cells)
    page = words(preview(staff_client, content, f"b.{kind}").content)
    assert counts() == (0, 0, 0, 1)
    assert f"supplier_lot : A spreadsheet seems to have changed “{was}” into “{lot}”" in page


def test_an_identifier_and_a_supplier_are_kept_so_too(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch(1, batch_identifier="011", supplier="0044")
    text = f"code,{LOT_HEADER}\n{batch.pk},{row('11', supplier='44')}"
    page = words(preview(staff_client, text).content)
    assert "changed “011” into “11”" in page
    assert "changed “0044” into “44”" in page


@pytest.mark.parametrize("lot", MANGLED.values())
def test_what_is_new_and_looks_so_is_taken_when_somebody_says_so(
    staff_client: Client, lot: str
) -> None:
    page = words(preview(staff_client, f"{LOT_HEADER}\n{row(lot=lot)}\n").content)
    assert counts() == (1, 0, 0, 0)
    assert "Check 1 name or lot: a spreadsheet may have changed it" in page
    assert f"Row 2 supplier_lot : {lot} looks like" in page
    assert "Save 1 row" not in page
    for not_yet in (words(confirm(staff_client).content), say_they_are_right(staff_client, 2)):
        assert "Check 1 name or lot: a spreadsheet may have changed it" in not_yet
        assert "Save 1 row" not in not_yet
    assert not Batch.objects.exists()
    assert "Save 1 row" in say_they_are_right(staff_client, 1)
    assert "1 row is saved." in words(confirm(staff_client).content)
    assert Batch.objects.get().supplier_lot == lot


def test_all_of_them_are_counted_and_in_the_table(staff_client: Client) -> None:
    rows = [row(f"B-{number}", lot=f"{number}") for number in range(1, 26)]
    page = words(preview(staff_client, "\n".join([LOT_HEADER, *rows])).content)
    assert "Check 25 names or lots" in page
    assert "And 5 more: the table has all." in page
    path = f"{Import.objects.get().get_absolute_url()}/rows"
    table = staff_client.get(path).getvalue().decode("utf-8-sig")
    assert table.count("looks like a number") == 25


def test_what_a_batch_has_already_is_not_asked_about(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(1, batch_identifier="12", supplier_lot="10.12.2026", supplier="TRUE")
    content = staff_client.get("/admin/export").getvalue()
    page = words(preview(staff_client, content).content)
    assert counts() == (0, 0, 1, 0)
    assert "looks like" not in page


def test_a_cell_of_text_is_what_somebody_typed(staff_client: Client) -> None:
    day = date(2026, 11, 21)
    text = ["Chicken", "12", day, day, None, "Farm", "10.12.2026"]
    numbers = ["Chicken", 13, day, day, None, "Farm", 14]
    page = words(
        preview(staff_client, workbook(LOT_HEADER.split(","), text, numbers), "b.xlsx").content
    )
    assert "Check 2 names or lots" in page
    assert "Row 3 batch_identifier : 13 looks like a number" in page
    assert "Row 2 supplier_lot" not in page


@pytest.mark.parametrize("lot", [date(2026, 12, 10), True])
def test_a_date_or_a_truth_value_of_excels_own_is_refused(
    staff_client: Client, lot: object
) -> None:
    day = date(2026, 11, 21)
    preview(
        staff_client,
        workbook(LOT_HEADER.split(","), ["Chicken", "B-1", day, day, None, "Farm", lot]),
        "b.xlsx",
    )
    assert counts() == (0, 0, 0, 1)


def test_zeros_that_a_lot_of_the_supplier_has_lost_are_told(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(3, supplier="Hill  Farm", supplier_lot="000000123")
    text = f"{LOT_HEADER}\n{row(lot='123', supplier='hill farm')}"
    page = words(preview(staff_client, text).content)
    assert counts() == (0, 0, 0, 1)
    assert "There is a lot 000000123 of this supplier" in page
    preview(staff_client, f"{LOT_HEADER}\n{row(lot='123', supplier='Dale')}")
    assert counts() == (1, 0, 0, 0)


def test_an_empty_lot_may_be_filled_in(staff_client: Client, make_batch: MakeBatch) -> None:
    make_batch(1, batch_identifier="B-1", supplier="Farm")
    page = words(preview(staff_client, f"{LOT_HEADER}\n{row(lot='12')}").content)
    assert counts() == (0, 1, 0, 0)
    assert "supplier_lot : 12 looks like a number" in page


def test_what_was_said_does_not_count_once_the_shop_has_changed(
    staff_client: Client, chicken: Product
) -> None:
    preview(staff_client, f"{LOT_HEADER}\n{row(lot='12')}")
    chicken.fresh_days = 1
    chicken.save()
    say_they_are_right(staff_client, 1)
    page = words(confirm(staff_client).content)
    assert "Something in the shop has changed" in page
    assert "a spreadsheet may have changed it" in page
    confirm(staff_client)
    assert not Batch.objects.exists()


def test_the_name_of_a_new_product_is_looked_at_too(administrator_client: Client) -> None:
    text = "name,fresh_days,caution_days\n10-Dec,1,2\nGoat,1,2\n"
    page = words(preview(administrator_client, text, kind="products").content)
    assert "Row 2 name : 10-Dec looks like a date" in page


def test_the_command_asks_for_an_option(tmp_path: Path, administrator: User) -> None:
    path = tmp_path / "b.csv"
    path.write_text(f"{LOT_HEADER}\n{row(lot='10.12.2026')}")
    output = io.StringIO()
    with pytest.raises(CommandError, match="add --lots-are-right"):
        call_command("import_batches", path, stdout=output, stderr=io.StringIO())
    assert "Row 2, supplier_lot: 10.12.2026 looks like a date" in output.getvalue()
    assert not Batch.objects.exists()
    assert not Import.objects.exists()
    call_command("import_batches", path, "--lots-are-right", stdout=output, stderr=io.StringIO())
    assert Batch.objects.get().supplier_lot == "10.12.2026"


def test_a_mangled_export_saves_nothing(staff_client: Client, make_batch: MakeBatch) -> None:
    """As a Turkish spreadsheet saves an export: one lot became a date, another a number."""
    first = make_batch(1, batch_identifier="LOT23", supplier_lot="10-12-2026")
    second = make_batch(1, batch_identifier="LOT04", supplier_lot="012")
    exported = staff_client.get("/admin/export").getvalue().decode("utf-8-sig")
    text = exported.replace("10-12-2026", "10.12.2026").replace(",012,", ",12,")
    assert upload(staff_client, text).status_code == 302
    preview(staff_client, text)
    assert counts() == (0, 0, 0, 2)
    for batch, lot in ((first, "10-12-2026"), (second, "012")):
        batch.refresh_from_db()
        assert batch.supplier_lot == lot


def test_an_excel_export_comes_back_unchanged(staff_client: Client, make_batch: MakeBatch) -> None:
    make_batch(1, batch_identifier="012", supplier_lot="1E5", supplier="TRUE")
    content = staff_client.get("/admin/export?format=xlsx").getvalue()
    assert openpyxl.load_workbook(io.BytesIO(content)).active["C2"].value == "012"
    preview(staff_client, content, "b.xlsx")
    assert counts() == (0, 0, 1, 0)
