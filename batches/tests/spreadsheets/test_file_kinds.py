"""Kinds of files, and what one does not see in a sheet."""

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from batches.models import Batch, Import
from batches.spreadsheets.reader.cell_text import trimmed
from conftest import words

from .raw_workbooks import (
    NAMES,
    ROW,
    STRICT,
    VALUES,
    cells_in,
    code_of,
    raw_workbook,
    replaced,
    row,
    table_in,
    text_cell,
)
from .test_import import ROW as CSV_ROW
from .test_import import confirm, counts, preview, table, upload

FILES = Path(__file__).parent / "files"
DAY = "2026-11-20"


def archive(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


HTML = "<html><head><meta charset=utf-8></head><table><tr><td>product</td></tr></table></html>"
XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ((FILES / "encrypted.xlsx").read_bytes(), "has a password"),
        (HTML.encode(), "This is a web page"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html>" + HTML.encode(), "This is a web page"),
        (HTML.encode("utf-16"), "This is a web page"),
        (b"<table><tr><td>product", "This is a web page"),
        (b"<tr>\r\n<td>product", "This is a web page"),
        (b"<title>Stock</title><table>", "This is a web page"),
        (b'<font size="2"><table>', "This is a web page"),
        (b"<p>Export</p>", "This is a web page"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "This is a web page"),
        (XML_2003.partition("?>")[2].encode(), "XML Spreadsheet 2003"),
        (XML_2003.rpartition("?>")[2].encode(), "XML Spreadsheet 2003"),
        (b"<rows><row/></rows>", "This is an XML file"),
        (b"<name>;<emoji>\nBeef;x\n", "A column is missing"),
        (XML_2003.encode(), "XML Spreadsheet 2003"),
        (b'<?xml version="1.0"?><batches/>', "This is an XML file"),
        (archive(xl__workbook_dot_bin=""), "a .xlsb file"),
        (archive(Index__Document_dot_iwa=""), "a .numbers file"),
        (archive(word__document_dot_xml=""), "a .docx file"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "a .odt file"),
        (archive(readme=""), "not an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n", "a .png file"),
        (b"Rar!\x1a\x07", "a .rar file"),
    ],
)
def test_another_kind_of_file_is_called_what_it_is(
    staff_client: Client, content: bytes, message: str
) -> None:
    response = upload(staff_client, content, "b.xls")
    assert response.status_code == 422
    assert message in words(response.content)


def test_a_word_document_of_the_old_kind_is_called_so() -> None:
    name = "WordDocument".encode("utf-16-le")
    assert code_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + name + bytes(600)) == "other_file"


@pytest.mark.parametrize("date_cell", [VALUES[2], f'<c t="d"><v>{DAY}T00:00:00</v></c>'])
def test_a_strict_workbook_is_read(date_cell: str) -> None:
    content = raw_workbook(row(*VALUES[:2], date_cell, VALUES[3]), base=STRICT)
    assert cells_in(content)[2:] == [["day", DAY], ["day", "2026-11-21"]]


@pytest.mark.parametrize("main", ["xl/workbook2.xml", "book.xml", "a/b/main.xml"])
def test_the_main_part_is_found_whatever_its_name(main: str) -> None:
    assert len(table_in(raw_workbook(main=main)).rows) == 1


def test_namespaces_may_have_prefixes() -> None:
    content = raw_workbook()
    prefixed = content
    for name in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"is", b"t"):
        for end in (b">", b" "):
            prefixed = replaced(prefixed, b"<" + name + end, b"<x:" + name + end)
        prefixed = replaced(prefixed, b"</" + name + b">", b"</x:" + name + b">")
    prefixed = replaced(prefixed, b"<x:worksheet xmlns=", b"<x:worksheet xmlns:x=")
    assert prefixed != content
    assert table_in(prefixed) == table_in(content)


def test_an_old_excel_file_is_read_but_its_numbers_are_not_guessed(staff_client: Client) -> None:
    page = words(preview(staff_client, (FILES / "stock.xls").read_bytes(), "b.xls").content)
    assert "Only the sheet “Stock” of this file is read." in page
    assert "Rows that are hidden in the sheet are imported too. Their numbers: 3." in page
    assert "Row 2 supplier_lot : The spreadsheet holds 123 here" in page
    assert "Row 4 supplier : This cell is merged with another." in page
    assert "Row 5 supplier_lot : The spreadsheet shows an error here: #N/A." in page
    assert "Row 6 supplier : This is a formula." in page
    assert counts() == (1, 0, 0, 4)


TABLE_START = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>"
)
TABLE_END = "</office:spreadsheet></office:body></office:document-content>"


def open_document(*rows: str, before: str = "") -> bytes:
    content = f'{TABLE_START}{before}<table:table table:name="S">{"".join(rows)}</table:table>'
    mime_type = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    parts = {"META-INF__manifest_dot_xml": manifest, "content_dot_xml": content + TABLE_END}
    return archive(mimetype=mime_type, **parts)


def open_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def open_text(text: str, attributes: str = "") -> str:
    value = 'office:value-type="string"'
    return f"<table:table-cell {value} {attributes}><text:p>{text}</text:p></table:table-cell>"


def open_day(day: str) -> str:
    value = f'office:value-type="date" office:date-value="{day}"'
    return f"<table:table-cell {value}><text:p>27/11/26</text:p></table:table-cell>"


OPEN_HEADER = open_row(*map(open_text, NAMES))
OPEN_VALUES = [open_text("Beef"), open_text("B-1"), open_day(DAY), open_day(DAY)]
OPEN_NUMBER = (
    '<table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p>'
    "</table:table-cell>"
)
OPEN_ERROR = (
    '<table:table-cell office:value-type="string" calcext:value-type="error">'
    "<text:p>#DIV/0!</text:p></table:table-cell>"
)


def test_an_open_document_is_read_but_its_numbers_are_not_guessed(staff_client: Client) -> None:
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
    content = open_document(
        OPEN_HEADER,
        open_row(*OPEN_VALUES, open_text("Farm"), open_text("L-1"), attributes=""),
        open_row(*OPEN_VALUES, open_text("Farm"), OPEN_NUMBER),
        open_row(*OPEN_VALUES, OPEN_ERROR, attributes='table:visibility="filter"'),
        f"{empty}</table:table-row>",
    )
    page = words(preview(staff_client, content, "b.ods").content)
    assert "Row 3 supplier_lot : The spreadsheet holds 7 here" in page
    assert "Row 4 supplier : The spreadsheet shows an error here: #DIV/0!." in page
    assert "Rows that are hidden in the sheet are imported too. Their numbers: 4." in page
    assert counts() == (1, 0, 0, 2)


def test_an_open_document_with_a_password_is_told() -> None:
    manifest = '<m:manifest xmlns:m="urn:x"><m:file-entry><m:encryption-data/></m:file-entry>'
    content = archive(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        **{"META-INF__manifest_dot_xml": f"{manifest}</m:manifest>"},
        content_dot_xml="not even XML",
    )
    assert code_of(content) == "password"


def test_hidden_rows_and_columns_are_told_and_imported(staff_client: Client) -> None:
    def numbered(number: int, attributes: str = "") -> str:
        return row(VALUES[0], text_cell(f"B-{number}"), *VALUES[2:], attributes=attributes)

    rows = [
        numbered(2),
        numbered(3, 'hidden="1"'),
        numbered(4, 'hidden="true"'),
        numbered(5),
        numbered(6, 'ht="0" customHeight="1"'),
    ]
    columns = '<cols><col min="5" max="6" hidden="1" width="9"/></cols>'
    content = raw_workbook(rows, before=columns)
    page = words(preview(staff_client, content, "b.xlsx").content)
    assert "Rows that are hidden in the sheet are imported too. Their numbers: 3–4, 6." in page
    assert "hidden in the sheet are imported too: supplier, supplier_lot." in page
    assert counts() == (5, 0, 0, 0)


def test_hidden_columns_of_an_open_document_are_told() -> None:
    columns = (
        '<table:table-column table:number-columns-repeated="4"/>'
        '<table:table-column table:visibility="collapse"/><table:table-column/>'
    )
    row = open_row(*OPEN_VALUES, open_text("Farm"), open_text("L-1"))
    table = table_in(open_document(columns, OPEN_HEADER, row))
    assert table.notes == [("hidden_columns", "supplier")]


def test_hidden_columns_of_an_old_excel_file_are_told() -> None:
    content = (FILES / "stock.xls").read_bytes()
    line = bytes.fromhex("08021000010000000600ff000000000000010f00")  # is the same without it
    columns = struct.pack("<8H", 0x7D, 12, 4, 4, 2560, 15, 1, 0) + struct.pack("<HH", 0x60, 0)
    table = table_in(replaced_once(content, line, columns))
    assert ("hidden_columns", "supplier") in table.notes


def replaced_once(content: bytes, old: bytes, new: bytes) -> bytes:
    assert content.count(old) == 1
    assert len(old) == len(new)
    return content.replace(old, new)


def test_the_first_sheet_that_has_the_columns_is_read() -> None:
    book = openpyxl.Workbook()
    cover, hidden, chart = book.active, book.create_sheet("Old"), book.create_chartsheet("Chart")
    assert chart is not None
    cover.append(["Stock of the shop", "product"])
    hidden.sheet_state = "veryHidden"
    week, later = book.create_sheet("Week"), book.create_sheet("Later")
    for sheet, identifier in ((hidden, "OLD"), (week, "W-1"), (later, "L-1")):
        sheet.append([*NAMES])
        sheet.append(["Beef", identifier, DAY, DAY])
    file = io.BytesIO()
    book.save(file)
    result = table_in(file.getvalue())
    assert result.sheet == "Week"
    assert result.rows[0][1][1] == ["text", "W-1"]


def test_a_workbook_of_hidden_sheets_has_none_that_is_seen() -> None:
    content = replaced(raw_workbook(), b'sheetId="1"', b'sheetId="1" state="hidden"')
    assert code_of(content) == "no_sheet"


def test_empty_rows_with_a_format_are_ignored() -> None:
    empty = row(*['<c s="1"/>'] * 7)
    result = table_in(raw_workbook([ROW, empty * 120_000]))
    assert len(result.rows) == 1


def test_a_cell_that_is_merged_with_another_is_told() -> None:
    rows = [row(*VALUES, text_cell("Farm")), row(*VALUES), row(*VALUES)]
    after = '<mergeCells><mergeCell ref="E2:E3"/><mergeCell ref="F2:F4"/></mergeCells>'
    result = table_in(raw_workbook(rows, after=after))
    assert [cells[4:] for _line, cells in result.rows] == [
        [["text", "Farm"]],
        [["merged", ""]],
        [],
    ]


HIDDEN_MARKS = "\u200b\u200e\u200f\ufeff\xa0\xad\u2060\u202f\u200d"


@pytest.mark.parametrize("mark", HIDDEN_MARKS)
def test_hidden_characters_are_stripped_at_the_ends(mark: str) -> None:
    assert trimmed(f"{mark} Farm A{mark}") == "Farm A"
    content = f"{','.join(NAMES)}\n{mark},,{mark}\nBeef,{mark}B-1{mark},{DAY}{mark},{DAY}\n"
    [(line, cells)] = table_in(content.encode()).rows
    assert (line, cells) == (3, ["Beef", "B-1", DAY, DAY])


@pytest.mark.parametrize("mark", HIDDEN_MARKS)
@pytest.mark.parametrize("column", ["product", "batch_identifier", "supplier", "supplier_lot"])
def test_hidden_characters_inside_are_told(staff_client: Client, mark: str, column: str) -> None:
    values = dict(zip(NAMES, ("Beef", "B-1", DAY, DAY, "Farm", "L-1"), strict=True))
    values[column] = f"{values[column][0]}{mark}{values[column][1:]}"
    content = f"{','.join(NAMES)}\n{','.join(values.values())}\n"
    page = words(preview(staff_client, content).content)
    assert f"{column} : This holds hidden characters" in page


def test_emoji_keep_their_joiners(administrator_client: Client) -> None:
    content = "name,emoji,fresh_days,caution_days\nCook,👨‍🍳,1,2\nHeart,❤️,1,2\n"
    preview(administrator_client, content, kind="products")
    assert counts() == (2, 0, 0, 0)


@pytest.mark.parametrize(
    "error",
    [
        *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#ERROR!"),
        *(
            "#N/D",
            "#¡REF!",
            "#¡VALOR!",
            "#¡DIV/0!",
            "#¿NOMBRE?",
            "#¡NUM!",
            "#¡NULO!",
            "Cargando...",
        ),
        *("#YOK", "#BAŞV!", "#DEĞER!", "#SAYI/0!", "#AD?", "#SAYI!", "#BOŞ!", "Yükleniyor..."),
        *("Loading...", "Err:502", "#####", "########", "#n/a"),
    ],
)
@pytest.mark.parametrize("column", ["use_by", "supplier", "supplier_lot"])
def test_a_spreadsheets_errors_are_told(staff_client: Client, error: str, column: str) -> None:
    text = f"{','.join(NAMES[:4])},{column}\nBeef,B-1,{DAY},{DAY},{error}\n"
    page = words(preview(staff_client, text).content)
    assert f"{column} : The spreadsheet shows an error here: {error}." in page


@pytest.mark.parametrize("lot", ["#1", "#A12", "No. 5!", "L#N/A", "#12!"])
def test_what_only_resembles_an_error_is_taken(staff_client: Client, lot: str) -> None:
    preview(staff_client, f"{','.join(NAMES[:4])},supplier_lot\nBeef,B-1,{DAY},{DAY},{lot}\n")
    confirm(staff_client)
    assert Batch.objects.get().supplier_lot == lot


def test_a_text_that_is_far_too_long_is_told(staff_client: Client) -> None:
    page = words(preview(staff_client, table(CSV_ROW.replace("Hill Farm", "x" * 9_999))).content)
    assert f"This text is far too long: {'x' * 40}…" in page
    assert len(Import.objects.get().pieces.get().read) < 500
