"""A table as the answer to a request: CSV, or Excel where the address says so."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from .formula_escaping import harmless, never_misread
from .xlsx import EXCEL_TYPE, workbook

BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8
CSV, EXCEL = "csv", "xlsx"
Rows = Iterator[Sequence[Any]]


def wanted(request: HttpRequest) -> str:
    return EXCEL if request.GET.get("format") == EXCEL else CSV


def table(request: HttpRequest, name: str, names: list[str], rows: Rows) -> HttpResponseBase:
    """As CSV, or as Excel where the address says `format=xlsx`."""
    write = excel if wanted(request) == EXCEL else comma_separated
    return write(name, names, rows)


def comma_separated(name: str, names: list[str], rows: Rows) -> HttpResponseBase:
    response = StreamingHttpResponse(lines(names, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def lines(names: list[str], rows: Rows) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line(names)
    for row in rows:
        yield line([harmless(by_the_shops_clock(it)) for it in row])


def by_the_shops_clock(value: object) -> object:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(microsecond=0)
    return value


def line(cells: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def excel(name: str, names: list[str], rows: Rows, as_text: bool = False) -> HttpResponseBase:
    written = workbook(names, ([in_excel(it) for it in row] for row in rows), as_text)
    response = StreamingHttpResponse(written, content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def in_excel(value: object) -> object:
    """Times without a zone, which Excel does not know."""
    value = by_the_shops_clock(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else never_misread(value)
