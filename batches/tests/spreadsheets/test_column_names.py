"""The names that columns may have, in a file and on the page."""

import csv
import io

import openpyxl
import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from batches.register.forms import BatchForm
from batches.spreadsheets.reader.columns import normalized
from batches.spreadsheets.rows.column_names import known_names
from batches.spreadsheets.rows.resources import RESOURCES
from conftest import words

from .test_import import HEADER, ROW, counts, preview, table, upload, workbook

COLUMNS = HEADER.split(",")
VALUES = ROW.split(",")


def headed(*names: str) -> str:
    return "\n".join([",".join(names), ROW])


@pytest.mark.parametrize(
    "names",
    [
        [name.upper() for name in COLUMNS],
        [name.upper().replace("I", "İ") for name in COLUMNS],
        [name.title().replace("_", " ") for name in COLUMNS],
        [name.replace("_", "-") for name in COLUMNS],
        [f" {name.replace('_', '  ')} " for name in COLUMNS],
        [f"\ufeff{name}\u200b" for name in COLUMNS],
        [f"“{name}”:" for name in COLUMNS],
        ["Ürün", "Parti kodu", "Kesim tarihi", "GELİŞ TARİHİ", "SON TÜKETİM TARİHİ", "TEDARİKÇİ"],
        ["URUN", "PARTI KODU", "KESIM TARIHI", "GELIS TARIHI", "SON TUKETIM TARIHI", "TEDARIKCI"],
        ["Producto", "Lote", "Fecha de despiece", "Llegada", "Caducidad", "PROVEEDOR"],
        ["Product", "Batch", "Butchered", "Arrived", "Use by", "Supplier"],
    ],
)
@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_columns_may_be_called_as_the_pages_call_them(
    staff_client: Client, names: list[str], name: str
) -> None:
    content = headed(*names).encode() if name == "csv" else workbook(names, VALUES)
    preview(staff_client, content, f"b.{name}")
    assert counts() == (1, 0, 0, 0)


@pytest.mark.parametrize("language", [language for language, _name in settings.LANGUAGES])
def test_each_label_of_the_form_names_its_column(language: str) -> None:
    with override(language):
        labels = {name: str(field.label) for name, field in BatchForm.base_fields.items()}
    known = known_names("batches")
    assert {name: known[normalized(label)] for name, label in labels.items()} == {
        name: name for name in labels
    }


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_columns_own_name_is_always_its_own(kind: str) -> None:
    names = RESOURCES[kind]().get_export_headers()
    assert [known_names(kind)[normalized(name)] for name in names] == names


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([*COLUMNS, "Tedarikçi"], "Two columns mean the same: “supplier”, “Tedarikçi”."),
        ([*COLUMNS, "SUPPLIER"], "Two columns have the same name: “supplier”, “SUPPLIER”."),
        ([*COLUMNS, "Colour", ""], "not known here: “Colour”."),
        ([*COLUMNS[:2], *COLUMNS[3:]], "missing: “butcher_date”"),
    ],
)
@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_columns_that_do_not_fit_are_told(
    staff_client: Client, names: list[str], message: str, name: str
) -> None:
    content = headed(*names).encode() if name == "csv" else workbook(names, VALUES)
    response = upload(staff_client, content, f"b.{name}")
    assert response.status_code == 422
    assert message in words(response.content)


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "Arrival date"), ("es", "Fecha de llegada"), ("tr", "Geliş tarihi")],
)
def test_the_page_lists_the_names(staff_client: Client, language: str, label: str) -> None:
    staff_client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = words(staff_client.get("/admin/import", headers={"accept-language": language}).content)
    assert f"arrival_date , {label}" in page
    assert "caution_days" not in page


def test_an_administrator_sees_the_names_of_products_too(administrator_client: Client) -> None:
    page = words(administrator_client.get("/admin/import").content)
    assert "caution_days , Caution through day" in page


def test_an_example_can_be_imported(staff_client: Client) -> None:
    text = staff_client.get("/admin/import/template?example").getvalue()
    names, values = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    excel = staff_client.get("/admin/import/template?example&format=xlsx").getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(excel)).active
    assert [cell.value for cell in sheet[1]] == names
    assert values[-1] == sheet[2][7].value == "L-0042"
    for content, suffix in ((text, "csv"), (excel, "xlsx")):
        preview(staff_client, content, f"b.{suffix}")
        assert counts() == (1, 0, 0, 0)


def test_an_example_of_products_can_be_imported(administrator_client: Client) -> None:
    path = "/admin/import/template?kind=products&example"
    for suffix in ("csv", "xlsx"):
        content = administrator_client.get(f"{path}&format={suffix}").getvalue()
        preview(administrator_client, content, f"p.{suffix}", kind="products")
        assert counts() == (1, 0, 0, 0)


def test_names_that_stand_below_empty_rows_are_found(staff_client: Client) -> None:
    preview(staff_client, "\n\n" + table(ROW))
    assert counts() == (1, 0, 0, 0)
