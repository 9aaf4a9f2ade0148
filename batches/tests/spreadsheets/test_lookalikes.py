"""What a spreadsheet makes of names and lots is told from what somebody has typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches.spreadsheets.rows.lookalikes import Look, is_mangled, look_of

LOOKS = {
    Look.DATE: [
        *("10.12.2026", "10/12/2026", "12/10/26", "2026-12-10", "2026/12/10", "10-12-2026"),
        *("10-Dec", "Dec-10", "10-dic", "10.Ara", "01.Şub", "Şub.26", "ene-01", "10-Dec-26"),
        *("10 Aralık 2026", "10 de diciembre de 2026", "December 10, 2026"),
        *("2026-12-10 00:00", "10.12.2026 14:30"),
    ],
    Look.TIME: ["12:30", "12:30:00", "9:05 AM", "120:00"],
    Look.WHOLE: ["12", "0", "-5", "123456789012345678"],
    Look.DECIMAL: ["0,5", "0.5", ".5", "12,00", "1.234", "1,234,567.80", "1 234", "(12)", "+90"],
    Look.SCIENTIFIC: ["1E+05", "1,23E+11", "1.23457e+15", "5E-3"],
    Look.PERCENT: ["12%", "%12", "0,5 %"],
    Look.MONEY: ["₺12,00", "12,00 ₺", "$1,234.50", "12 TL", "€5"],
    Look.TRUTH: ["TRUE", "True", "FALSE", "DOĞRU", "YANLIŞ", "doğru", "VERDADERO", "FALSO"],
}


@pytest.mark.parametrize(("look", "text"), [(it, text) for it in LOOKS for text in LOOKS[it]])
def test_what_spreadsheets_write_is_known(look: Look, text: str) -> None:
    assert look_of(text) == look


@pytest.mark.parametrize(
    "text",
    [
        *("", "012", "00", "LOT04", "L-12", "261128-03", "MAR-01", "12-Abc", "Lot-01", "1E5"),
        *("1/2", "11-03", "1.2.3", "12a", "99.88.7777", "Hill Farm", "May", "Lot 5 12:30", "=1+1"),
        *("1" * 61, "١٢"),
    ],
)
def test_what_people_write_is_left_alone(text: str) -> None:
    assert look_of(text) is None


@pytest.mark.parametrize(
    ("was", "text"),
    [
        *(("012", "12"), ("012", "13"), ("LOT04", "4"), ("1/2", "01.Şub"), ("1-2", "2-Jan")),
        *(("10-12-2026", "10.12.2026"), ("10.12.2026", "12/10/2026"), ("10-Dec", "10.Ara")),
        *(("100000", "1E+05"), ("123456789012", "1,23E+11"), ("1E5", "100000")),
        *(("1234567890123456", "1234567890123450"), ("0.5", "0,5"), ("1/2", "0,5")),
        *(("12", "12,00"), ("12", "12%"), ("12", "₺12,00"), ("12.30", "12:30")),
        *(("T", "TRUE"), ("true", "DOĞRU"), ("1", "VERDADERO")),
    ],
)
def test_a_change_that_a_spreadsheet_makes_is_known(was: str, text: str) -> None:
    assert is_mangled(was, text)


@pytest.mark.parametrize(
    ("was", "text"),
    [("12", "13"), ("10.12.2026", "11.12.2026"), ("L1", "L2"), ("12", "012"), ("TRUE", "TRUE")],
)
def test_a_change_that_a_person_makes_is_taken(was: str, text: str) -> None:
    assert not is_mangled(was, text)


SIGNS = st.text(alphabet="0123456789.,/-: ET+%₺TLEDecŞubAraı()", max_size=14)


@given(SIGNS | st.text(max_size=20), SIGNS | st.text(max_size=20))
def test_whatever_stands_there_is_looked_at(was: str, text: str) -> None:
    assert is_mangled(was, text) in (True, False)
    assert not is_mangled(text, text)
    assert look_of(text) is not None or not is_mangled(was, text)
