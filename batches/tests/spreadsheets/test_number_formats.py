"""What a cell shows is imported, or it is refused; never what is stored."""

from time import process_time
from typing import Any

import pytest
from django.test import Client

from batches.models import Batch
from batches.spreadsheets.reader.xlsx.number_formats import number_cell, shown_text
from conftest import words

from .raw_workbooks import VALUES, cells_in, raw_workbook, row, styles_of, text_cell
from .test_import import confirm, counts, preview


@pytest.mark.parametrize(
    ("stored", "code", "shown"),
    [
        ("7", "General", "7"),
        ("-7", "General", "-7"),
        ("12345678901", "General", "12345678901"),
        ("6.9999999999999996", "General", "7"),
        ("1E3", "General", "1000"),
        ("7", "@", "7"),
        ("7", "0", "7"),
        ("123456789012345", "0", "123456789012345"),
        ("7", "000000", "000007"),
        ("12", '"L-"0000', "L-0012"),
        ("12", r"\L\-000", "L-012"),
        ("12", '"LOT"000', "LOT012"),
        ("2026001", "0000-000", "2026-001"),
        ("1234", r"00\-00", "12-34"),
        ("12345", r"00\-00", "123-45"),
        ("5", "#-00", "-05"),
        ("7", "[Red]000", "007"),
        ("7", '"L-"General', "L-7"),
        ("7", '000" kg"', "007 kg"),
        ("7", "#,##0", "7"),
        ("7", "0;-0;;@", "7"),
        ("7", '"A"0;"B"0', "A7"),
        ("0", "0;-0;000", "000"),
    ],
)
def test_a_number_whose_shown_form_is_certain_is_that_form(
    stored: str, code: str, shown: str
) -> None:
    assert number_cell(stored, code, False) == ["number", shown]


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        ("1.5", "General"),  # 1,5 in half of Europe
        ("0.30000000000000004", "General"),
        ("47.1", "0.00"),
        ("7", "0.00"),
        ("7", "0.0#"),
        ("1234", "#,##0"),
        ("1234", "0,000"),
        ("1234000", "0,"),
        ("123456789012", "General"),  # 1.23457E+11
        ("123456789012", "@"),
        ("0.07", "0%"),
        ("7", "0%"),
        ("7", "0.00E+00"),
        ("7", "# ?/?"),
        ("7", "???"),
        ("0", "#"),
        ("7", ";;;"),
        ("7", '"hidden"'),
        ("-7", "000;[Red]000"),
        ("-7", '"L-"000'),
        ("0", "0;-0;"),
        ("7", "[>5]000;0"),
        ("7", "[$-41F]000"),
        ("7", "[$€-407] 0"),
        ("7", "[DBNum1]0"),
        ("7", "0*-"),
        ("7", "0 €"),
        ("7", "?"),
        ("nan", "0"),
        ("1E999", "0"),
        ("46353", "mmm-yy"),
        ("46353", "d-mmm"),
        ("46353", "dddd"),
        ("60", "yyyy-mm-dd"),  # 29 February 1900, or the day before
        ("-1", "yyyy-mm-dd"),
        ("2958466", "yyyy-mm-dd"),
    ],
)
def test_a_number_whose_shown_form_is_not_certain_is_not_guessed(stored: str, code: str) -> None:
    assert number_cell(stored, code, False)[0] == "unshown"


@pytest.mark.parametrize(
    "code",
    [
        *("m/d/yy", "yyyy-mm-dd", "dd/mm/yyyy", "d.m.yyyy", "[$-41F]d mmmm yyyy;@", "yyyy/m/d"),
        *(
            "[$-F800]dddd, mmmm dd, yyyy",
            'd" de "mmmm" de "yyyy',
            "dd/mm/yyyy hh:mm",
            "[Red]d/m/yy",
        ),
    ],
)
def test_a_day_is_a_day_in_any_order(code: str) -> None:
    assert number_cell("46353", code, False) == ["day", "2026-11-27"]
    assert number_cell("44891", code, True) == ["day", "2026-11-27"]


@pytest.mark.parametrize(
    ("stored", "code", "shown"),
    [
        ("46353.5", "yyyy-mm-dd", "2026-11-27 12:00"),
        ("0.5", "h:mm", "12:00:00"),
        ("0.5", "h:mm AM/PM", "12:00:00"),
        ("1.5", "[h]:mm", "1899-12-31 12:00"),
    ],
)
def test_a_time_is_no_day(stored: str, code: str, shown: str) -> None:
    assert number_cell(stored, code, False) == ["time", shown]


def test_a_number_of_more_digits_than_are_stored_is_inexact() -> None:
    assert number_cell("1234567890123456", "0", False)[0] == "inexact"


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("007", "General", "007"),
        ("007", "@", "007"),
        ("007", '"L-"@', "L-007"),
        ("007", "000000", "007"),
        ("007", '0;-0;0;"x"@', "x007"),
        ("007", ";;;", None),
        ("007", "@*-", None),
    ],
)
def test_text_shows_what_its_format_adds(text: str, code: str, shown: str | None) -> None:
    assert shown_text(text, code) == shown


def sheet_with(lot: str, *codes: str, **more: Any) -> bytes:
    body = row(*VALUES, text_cell("Farm"), lot)
    return raw_workbook(body, styles=styles_of(*codes), **more)


def test_a_lot_is_saved_as_its_cell_shows_it(staff_client: Client) -> None:
    content = sheet_with('<c s="2"><v>12</v></c>', '"L-"0000')
    preview(staff_client, content, "b.xlsx")
    confirm(staff_client)
    assert Batch.objects.get().supplier_lot == "L-0012"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("<c><v>1.5</v></c>", "not certain what it shows"),
        ("<c><v>0.30000000000000004</v></c>", "holds 0.3 here"),
        ('<c s="2"><v>7</v></c>', "not certain what it shows"),
        ('<c t="b"><v>1</v></c>', "made a yes or no of this"),
        ('<c t="e"><v>#N/A</v></c>', "shows an error here: #N/A"),
        ("<c><f>A1</f><v>7</v></c>", "This is a formula"),
        ('<c><f t="shared" si="0"/><v>7</v></c>', "This is a formula"),
    ],
)
def test_a_lot_that_is_not_certain_is_refused(
    staff_client: Client, cell: str, message: str
) -> None:
    page = words(preview(staff_client, sheet_with(cell, "0.00"), "b.xlsx").content)
    assert counts() == (0, 0, 0, 1)
    assert message in page


def test_a_day_that_is_not_shown_whole_is_refused(staff_client: Client) -> None:
    cells = [*VALUES[:2], '<c s="2"><v>46346</v></c>', VALUES[3]]
    content = raw_workbook(row(*cells), styles=styles_of("mmm-yy"))
    page = words(preview(staff_client, content, "b.xlsx").content)
    assert "does not show the whole of this date: 2026-11-20" in page


def test_whole_days_of_a_product_are_taken_in_any_format(administrator_client: Client) -> None:
    cells = (text_cell("Goat"), '<c s="2"><v>2</v></c>', "<c><v>4</v></c>")
    header = row(*map(text_cell, ("name", "fresh_days", "caution_days")))
    content = raw_workbook(row(*cells), header=header, styles=styles_of("0.00"))
    preview(administrator_client, content, "p.xlsx", kind="products")
    assert counts() == (1, 0, 0, 0)


def test_a_text_in_several_fonts_is_one_text() -> None:
    shared = '<si><r><t>L-</t></r><rPh sb="0" eb="1"><t>el</t></rPh><r><t>042</t></r></si>'
    content = sheet_with('<c t="s"><v>0</v></c>', shared=[shared])
    assert cells_in(content)[5] == ["text", "L-042"]


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("Farm_x000D_", "Farm"),
        ("A_x005F_x0041_1", "A_x0041_1"),
        ("A_x0042_1", "AB1"),
        ("A_x00_1", "A_x00_1"),
        ("_xD83D__xDE00_", "😀"),
        ("A_xD83D_", "A\N{REPLACEMENT CHARACTER}"),
    ],
)
@pytest.mark.parametrize("is_shared", [True, False])
def test_escapes_are_undone(stored: str, meant: str, is_shared: bool) -> None:
    shared = [f"<si><t>{stored}</t></si>"]
    cell = '<c t="s"><v>0</v></c>' if is_shared else text_cell(stored)
    assert cells_in(sheet_with(cell, shared=shared))[5] == ["text", meant]


def test_a_long_number_format_is_soon_filled() -> None:
    begun = process_time()
    for number in range(5_000):
        number_cell(f"{number}", "0" * 255, is_1904=False)
    assert process_time() - begun < 2.5
