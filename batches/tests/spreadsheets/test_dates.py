"""Dates as people and spreadsheets write them."""

from datetime import date

import pytest

from batches.models.import_job import DateOrder
from batches.spreadsheets.dates.formats import numeric_readings, read_date

DAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-27", "2026/11/27", "2026.11.27", "2026-11-27T00:00", "2026-11-27 00:00:00"),
        *("27/11/2026", "27.11.2026", "27-11-2026", "11/27/2026", "27. 11. 2026", "27.11.2026."),
        *("27/11/2026 0:00", "11/27/2026 12:00:00 AM", "27–11–2026", "２７/11/2026"),
        *("27 Kas 2026", "27 Kasım 2026", "27.KASIM.2026", "27 KASIM 2026 CUMA", "27 kasim 2026"),
        *("27 November 2026", "27-Nov-2026", "27-Nov-26", "Nov 27, 2026", "27th of November 2026"),
        *("Friday, November 27, 2026", "27 de noviembre de 2026", "27/nov./2026", "27 nov. 2026"),
        *("viernes, 27 de noviembre de 2026", "2026 November 27"),
    ],
)
def test_a_date_that_can_be_read_in_one_way_is_read(text: str) -> None:
    assert read_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *(("1 ŞUBAT 2026", 2), ("1 Ağu 2026", 8), ("1 Eyl 2026", 9), ("1 EKİM 2026", 10)),
        *(("1 Ara 2026", 12), ("1 ene 2026", 1), ("1 sept. 2026", 9), ("1º de abril de 2026", 4)),
        *(("1 s\u0327ubat 2026", 2), ("1 Mayıs 2026", 5), ("Jun 1, 2026", 6), ("1-Tem-26", 7)),
    ],
)
def test_months_are_known_by_their_names(text: str, month: int) -> None:
    assert read_date(text) == date(2026, month, 1)


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.2026", "27.11.26", "26-11-27", "01/02/03"])
def test_a_date_that_can_be_read_in_two_ways_needs_an_order(text: str) -> None:
    with pytest.raises(ValueError, match="day first or month first"):
        read_date(text)


def test_an_order_decides() -> None:
    assert read_date("03/04/2026", "day-first") == date(2026, 4, 3)
    assert read_date("03/04/2026", "month-first") == date(2026, 3, 4)
    assert read_date("03.04.26", "year-first") == date(2003, 4, 26)
    assert read_date("27.11.26", "day-first") == DAY
    assert read_date("2026-04-03", "month-first") == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *(("31/02/2026", "no such"), ("2026-02-30", "no such"), ("00/01/2026", "no such")),
        *(("32 Nov 2026", "no such"), ("99.99.99", "no such")),
        *(("27/11/2026 14:30", "time of day"), ("2026-11-27 9:05 PM", "time of day")),
        *(("27 Nov", "no date"), ("Nov 2026", "no date"), ("Lot 27 Nov 2026", "no date")),
        *(("20261127", "no date"), ("46353", "no date"), ("27/11", "no date"), ("x" * 99, "no d")),
        *(("1/2/3", "no date"), ("27/11.2026", "no date"), ("2026 27 Nov", "no date")),
    ],
)
def test_what_is_no_date_is_told(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_date(text)


def test_readings_are_told_apart_by_their_order() -> None:
    assert numeric_readings("13/04/2026") == {DateOrder.DAY_FIRST: date(2026, 4, 13)}
    assert set(numeric_readings("01/02/2026") or {}) == {"day-first", "month-first"}
    assert numeric_readings("2026-11-27") is None
