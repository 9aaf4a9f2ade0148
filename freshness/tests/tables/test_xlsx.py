"""Workbooks, as openpyxl reads them again."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import MakeBatch, words
from freshness.tables.xlsx import NOT_IN_XML, ROWS_AT_ONCE, workbook


def read(rows: list[list[Any]], names: tuple[str, ...] = ("a", "b", "c")) -> list[tuple[Any, ...]]:
    content = b"".join(workbook(names, iter(rows)))
    first: tuple[Any, ...]
    others: list[tuple[Any, ...]]
    first, *others = openpyxl.load_workbook(io.BytesIO(content)).active.values
    assert first == names
    return others


def test_each_value_keeps_its_kind() -> None:
    day, time = date(2026, 11, 22), datetime(2026, 11, 22, 12, 30, 15)
    assert read([[day, time, 7], [Decimal("1.250"), True, "00123"], [None, "", "x"]]) == [
        (datetime(2026, 11, 22), time, 7),
        (1.25, True, "00123"),
        (None, None, "x"),
    ]


@settings(deadline=None)  # each makes a whole workbook
@given(st.text(min_size=1))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    kept = NOT_IN_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    [(found, *_others)] = read([[text, None, "end"]])
    assert (found or "").replace("\r\n", "\n").replace("\r", "\n") == kept


def test_it_is_sent_while_its_rows_are_read() -> None:
    asked = []

    def rows() -> Iterator[list[int]]:
        for number in range(3 * ROWS_AT_ONCE):
            asked.append(number)
            yield [number]

    sent = workbook(["a"], rows())
    assert next(sent)[:2] == b"PK"
    assert len(asked) == ROWS_AT_ONCE


def test_more_rows_than_excel_holds_are_told(
    staff_client: Client, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batches.spreadsheets.export.MOST_ROWS", 1)
    make_batch()
    assert staff_client.get("/admin/export?format=xlsx").status_code == 200
    make_batch()
    response = staff_client.get("/admin/export?format=xlsx", follow=True)
    assert "Excel holds up to 1 rows." in words(response.content)
    assert staff_client.get("/admin/export?format=csv").status_code == 200
