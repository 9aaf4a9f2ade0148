"""Files that are not what they say: each gets words, at once, and never a fault."""

import io
import time
import unicodedata
import zipfile
from typing import Any

import openpyxl
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from batches.models import Import
from batches.spreadsheets.rows.widgets import Day
from conftest import words
from freshness.tables.formula_escaping import as_it_was, harmless

from .raw_workbooks import VALUES, raw_workbook, row, text_cell
from .test_import import HEADER, ROW, preview, table, upload, workbook

CELLS = HEADER.split(",")


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with some bytes of one of its parts replaced."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old, new) if name == part else data)
    return file.getvalue()


def renamed(content: bytes) -> bytes:
    """A workbook whose sheet does not say that it is XML."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name).replace(b"sheet1.xml", b"sheet1.dat")
            target.writestr(name.replace("sheet1.xml", "sheet1.dat"), data)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
GOOD = workbook(CELLS, ["Chicken", "B-1", "2026-11-20", "2026-11-21", None, "Farm"])
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return file.getvalue()


FILES = {
    "nothing": (b"", "empty"),
    "only a header": (HEADER.encode(), "no rows below"),
    "a blank": (b"\n\n \n", "This file is empty"),
    "half an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "damaged"),
    "a PDF": (b"%PDF-1.7 ...", "a .pdf file"),
    "junk": (bytes(range(256)) * 40, "not a table that can be read"),
    "NULs": (table(ROW).encode() + b"\0\0", "not a table that can be read"),
    "an older encoding": (table(ROW).encode() + "é".encode("cp1252"), "not in UTF-8"),
    "broken UTF-16": (b"\xff\xfe\x00\xd8\x00", "not a table that can be read"),
    "an open quotation mark": (
        table(*[ROW] * 3, '"a,b', *[ROW] * 99).encode(),
        "not quite CSV: in row 5, a",
    ),
    "a very long cell": (table(ROW, "x" * 300_000).encode(), "far too long"),
    "a name twice": (f"{HEADER},supplier\n{ROW},x".encode(), "the same name: “supplier”"),
    "an unknown name": (f"{HEADER},colour\n{ROW},x".encode(), "not known here: “colour”"),
    "a name missing": (b"product,batch_identifier\nChicken,B", "missing: “butcher_date”"),
    "many columns": (HEADER.encode() + b",x" * 500 + b"\n1", "more than 100 columns"),
    "a million columns": (HEADER.encode() + b",x" * 10**6 + b"\n1", "far too long"),
    "a million cells": (table(ROW).encode() + b"\n" + b"," * 10**6, "far too long"),
    "a damaged workbook": (b"PK\x03\x04" + b"junk" * 99, "damaged"),
    "half a workbook": (GOOD[: len(GOOD) // 2], "damaged"),
    "some archive": (archive(a=b"b"), "not an Excel workbook"),
    "a zip bomb": (changed(GOOD, SHEET, b"</row>", b"</row>" + b" " * 7 * 10**8), "too large"),
    "many parts": (archive(**{f"p{n}": b"" for n in range(2_001)}), "too large"),
    "an XML bomb": (changed(GOOD, SHEET, b"<worksheet ", BOMB), "no spreadsheet writes"),
    "an XML bomb by another name": (
        renamed(changed(GOOD, SHEET, b"<worksheet ", BOMB)),
        "no sprea",
    ),
    "an XML without a root": (changed(GOOD, SHEET, b"<worksheet ", b"<!--"), "damaged"),
    "a row far below": (changed(GOOD, SHEET, b'<row r="2"', b'<row r="1048576"'), "far below"),
    "a row beyond all": (changed(GOOD, SHEET, b'<row r="2"', b'<row r="9999999999"'), "far below"),
    "a column far to the right": (
        changed(GOOD, SHEET, b'r="F2"', b'r="XFD2"'),
        "far to the right",
    ),
    "a column beyond all": (changed(GOOD, SHEET, b'r="A2"', b'r="ZZZZZ2"'), "damaged"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_file_that_is_no_table_is_refused_in_words(
    staff_client: Client, name: str, suffix: str
) -> None:
    content, told = FILES[name]
    begun = time.perf_counter()
    response = upload(staff_client, content, f"table.{suffix}")
    assert response.status_code == 422
    assert told in words(response.content)
    assert time.perf_counter() - begun < 5
    assert not Import.objects.exists()


def test_a_size_that_is_only_claimed_is_not_believed(staff_client: Client) -> None:
    old, new = b'<dimension ref="A1:F2"', b'<dimension ref="A1:XFD1048576"'
    assert old in zipfile.ZipFile(io.BytesIO(GOOD)).read(SHEET)
    preview(staff_client, changed(GOOD, SHEET, old, new), "b.xlsx")
    assert Import.objects.get().new == 1


def test_a_cell_beyond_the_columns_is_told(staff_client: Client) -> None:
    page = preview(staff_client, table(ROW + ",,more"))
    assert "to the right of the last named column" in words(page.content)


@pytest.mark.parametrize("more", [0, 1])
def test_an_upload_has_its_own_limit(staff_client: Client, settings: Any, more: int) -> None:
    most = settings.LARGE_UPLOADS["/admin/import"]
    response = staff_client.post("/admin/import", b"x" * (most + more), content_type="text/plain")
    assert response.status_code == (413 if more else 422)


def test_a_sheet_without_cells_is_empty(staff_client: Client) -> None:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    assert "empty" in words(upload(staff_client, file.getvalue(), "b.xlsx").content)


@pytest.mark.parametrize("day", ["junk", "2026-13-45", "9999-99-99T00:00:00", "٢٠٢٦-11-05", " "])
def test_a_cell_of_a_day_that_is_none_is_told(staff_client: Client, day: str) -> None:
    cells = [*VALUES[:2], f'<c t="d"><v>{day}</v></c>', text_cell("21/11/2026")]
    page = preview(staff_client, raw_workbook([row(*cells)]), "b.xlsx")
    assert page.status_code == 200
    assert "Row 2 butcher_date : Th" in words(page.content)


def test_a_null_character_is_told_wherever_it_stands(staff_client: Client) -> None:
    name = "a_x0000_b"
    cells = [text_cell(f"Beef{name}"), text_cell(name), *VALUES[2:4], *[text_cell(name)] * 2]
    other = '<sheets><sheet name="T" r:id="worksheet"/></sheets>'
    content = changed(
        raw_workbook([row(*cells)], in_workbook=other),
        "xl/workbook.xml",
        b'sheet name="S"',
        f'sheet name="{name}"'.encode(),
    )
    page = words(preview(staff_client, content, "b.xlsx").content)
    assert "Only the sheet “ab” of this file is read." in page
    for column in ("product", "batch_identifier", "supplier", "supplier_lot"):
        assert f"{column} : This holds hidden characters" in page


@given(st.text(alphabet="'=+-@; \tab＝", max_size=12) | st.text(max_size=30))
def test_what_is_made_harmless_comes_back_as_it_was(text: str) -> None:
    assert as_it_was(harmless(text)) == text


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: Any) -> None:
    assert Day().clean(day.isoformat()) == Day().clean(["day", day.isoformat()]) == day


@given(st.text(max_size=30) | st.from_regex(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}", fullmatch=True))
def test_whatever_a_cell_of_days_holds_is_a_day_or_refused(text: str) -> None:
    try:
        day = Day().clean(text)
    except ValueError:
        return
    assert day is None or f"{day.day}" in unicodedata.normalize("NFKC", text)
