import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from batches.models import Batch, Product
from conftest import MakeBatch


def rows(response: Any) -> list[dict[str, str]]:
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_batch_is_a_row(staff_client: Client, make_batch: MakeBatch) -> None:
    batch = make_batch(1, supplier="Hill & Söhne, “Farm”", use_by=date(2026, 12, 1))
    make_batch()
    response = staff_client.get("/admin/export")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="batches-2026-11-22.csv"'
    newest, row = rows(response)
    assert newest["supplier"] == newest["use_by"] == ""
    assert (row["code"], row["batch_identifier"]) == (batch.pk, batch.batch_identifier)
    assert (row["product"], row["supplier"]) == ("Chicken", "Hill & Söhne, “Farm”")
    assert (row["arrival_date"], row["use_by"]) == ("2026-11-21", "2026-12-01")
    assert row["recorded_by"] == batch.created_by.full_name


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "＝", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(staff_client: Client, make_batch: MakeBatch, begin: str) -> None:
    formula = f'{begin}cmd|" /C calc"!A1'
    batch = make_batch(batch_identifier="-1", supplier=formula)
    batch.product.name = "=1+1"
    batch.product.save()
    [row] = rows(staff_client.get("/admin/export"))
    assert row["supplier"] == f"'{formula}"
    assert row["product"] == "'=1+1"
    assert row["batch_identifier"] == "'-1"


def test_nor_does_one_begin_in_the_middle(staff_client: Client, make_batch: MakeBatch) -> None:
    make_batch(supplier="Hill; =1+1;+2; Dale")
    [row] = rows(staff_client.get("/admin/export"))
    assert row["supplier"] == "Hill; '=1+1;'+2; Dale"


def test_it_holds_what_the_list_shows(staff_client: Client, make_batch: MakeBatch) -> None:
    make_batch(batch_identifier="fresh")
    expired = make_batch(5, batch_identifier="expired")
    query = f"status=expired&before={expired.pk}"
    found = rows(staff_client.get(f"/admin/export?{query}"))
    assert [row["batch_identifier"] for row in found] == ["expired"]
    page = staff_client.get(f"/admin/batches?{query}").content.decode()
    assert 'href="/admin/export?status=expired"' in page


def test_a_filter_that_makes_no_sense_is_told_in_the_list(staff_client: Client) -> None:
    response = staff_client.get("/admin/export?status=bogus&search=x")
    assert response["Location"] == "/admin/batches?status=bogus&search=x"
    assert staff_client.get(response["Location"]).status_code == 422


def test_many_take_one_query_for_500(
    staff_client: Client, make_batch: MakeBatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch = make_batch()
    Batch.objects.bulk_create(
        Batch(pk=f"{number:010}", batch_identifier=f"n-{number}", **copied(batch))
        for number in range(1500)
    )
    with django_assert_num_queries(8):  # session, account, day, keys, and 4 times batches
        assert len(rows(staff_client.get("/admin/export"))) == 1501


def copied(batch: Batch) -> dict[str, Any]:
    names = ["product", "butcher_date", "arrival_date", "created_by", *Batch.PLANNED]
    return {name: getattr(batch, name) for name in names}


def sheet(response: Any) -> tuple[Any, str]:
    """The first sheet, and its XML as it stands in the file."""
    content = response.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    return openpyxl.load_workbook(io.BytesIO(content)).active, xml


def test_excel_has_real_dates_and_no_formula(staff_client: Client, make_batch: MakeBatch) -> None:
    formula = '=cmd|" /C calc"!A1'
    make_batch(1, supplier=formula, batch_identifier="00123", use_by=date(2026, 12, 1))
    response = staff_client.get("/admin/export?format=xlsx")
    assert response["Content-Disposition"] == 'attachment; filename="batches-2026-11-22.xlsx"'
    table, xml = sheet(response)
    row = dict(zip([it.value for it in table[1]], table[2], strict=True))
    assert "<f>" not in xml
    assert (row["supplier"].value, row["supplier"].data_type) == (formula, "s")
    assert row["supplier"].quotePrefix
    assert row["batch_identifier"].value == "00123"
    assert row["use_by"].value == datetime(2026, 12, 1)
    assert row["use_by"].is_date
    assert row["recorded_at"].value.date() == date(2026, 11, 22)
    assert table.freeze_panes == "A2"


def test_times_are_those_of_the_shops_clock(staff_client: Client, make_batch: MakeBatch) -> None:
    make_batch()
    [row] = rows(staff_client.get("/admin/export"))
    assert row["recorded_at"] == "2026-11-22 12:00:00+03:00"
    table, _xml = sheet(staff_client.get("/admin/export?format=xlsx"))
    assert datetime(2026, 11, 22, 12) in [cell.value for cell in table[2]]


def test_how_it_left_the_shelf_and_what_was_discarded(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    left = {"removal": "discarded", "removal_reason": "Torn", "discarded_weight": "1.250"}
    make_batch(1, removed_on=date(2026, 11, 22), **left)
    [row] = rows(staff_client.get("/admin/export"))
    assert {name: row[name] for name in left} == left
    table, _xml = sheet(staff_client.get("/admin/export?format=xlsx"))
    assert 1.25 in [cell.value for cell in table[2]]


def test_the_format_does_not_disturb_a_wrong_filter(staff_client: Client) -> None:
    response = staff_client.get("/admin/export?status=bogus&format=xlsx")
    assert response["Location"] == "/admin/batches?status=bogus"


def test_products_are_a_table_too(staff_client: Client, chicken: Product) -> None:
    chicken.storage_advice = "=1+1"
    chicken.save()
    row = next(it for it in rows(staff_client.get("/admin/export/products")) if "Ch" in it["name"])
    assert row == {
        "name": "Chicken",
        "emoji": "🍗",
        "fresh_days": "2",
        "caution_days": "4",
        "storage_advice": "'=1+1",
        "active": "True",
    }
    _table, xml = sheet(staff_client.get("/admin/export/products?format=xlsx"))
    assert "<f>" not in xml


@pytest.mark.parametrize("model", ["batch", "product"])
def test_djangos_admin_leads_to_them(administrator_client: Client, model: str) -> None:
    page = administrator_client.get(f"/django-admin/batches/{model}/").content.decode()
    assert 'href="/admin/import"' in page
    assert f'href="/admin/export{"/products" if model == "product" else ""}?format=xlsx"' in page
