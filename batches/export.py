"""Batches and products as tables for a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from import_export.resources import ModelResource
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from accounts.access import staff_required

from .cells import harmless, never_misread
from .forms import FilterForm
from .importing.resources import RESOURCES, BatchResource, ProductResource
from .models import Batch, Import, Product

ROWS_AT_ONCE = 1000
MOST_ROWS_OF_A_SHEET = 1_048_576
WIDTH = 18  # of a column, in letters
BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8
CSV, EXCEL = "csv", "xlsx"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOT_TO_BE_GUESSED = (*"=+-@'#",)  # formulas and errors
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Rows = Iterator[Sequence[Any]]


@staff_required
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The batches that the list shows, all pages of it.

    A filter that makes no sense is told where it can be: in the list.
    """
    today = timezone.localdate()
    filters = FilterForm(request.GET)
    batches = filters.narrow(Batch.objects.newest_first(), today)
    if filters.errors:
        query = request.GET.copy()
        query.pop("format", None)
        return redirect(f"{reverse('batches')}?{query.urlencode()}")
    resource = BatchResource()
    batches = batches.select_related("product", "created_by")
    return answer(request, f"batches-{today}", resource, batches.iterator(ROWS_AT_ONCE))


@staff_required
@require_safe
def export_products(request: HttpRequest) -> HttpResponseBase:
    products = Product.objects.iterator(ROWS_AT_ONCE)
    return answer(request, f"products-{timezone.localdate()}", ProductResource(), products)


@staff_required
@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    """The names of the columns, and no rows. In Excel, identifiers stay the text they are."""
    kind = request.GET.get("kind", Import.Kind.BATCHES)
    if kind not in RESOURCES:
        raise BadRequest("There is no such table.")
    names = RESOURCES[kind].template
    if wanted(request) == EXCEL:
        return excel(f"{kind}-template", list(names), iter(()), as_text=True)
    return comma_separated(f"{kind}-template", list(names), iter(()))


def wanted(request: HttpRequest) -> str:
    return EXCEL if request.GET.get("format") == EXCEL else CSV


def answer(
    request: HttpRequest, name: str, resource: ModelResource, instances: Iterable[Any]
) -> HttpResponseBase:
    fields = resource.get_export_fields()
    rows = ([value_of(field, it) for field in fields] for it in instances)
    return table(request, name, resource.get_export_headers(), rows)


def table(request: HttpRequest, name: str, names: list[str], rows: Rows) -> HttpResponseBase:
    """As CSV, or as Excel where the address says `format=xlsx`."""
    write = excel if wanted(request) == EXCEL else comma_separated
    return write(name, names, rows)


def value_of(field: Any, instance: Any) -> Any:
    """A product by its name, which is how an import finds it."""
    value = field.get_value(instance)
    return value.name if isinstance(value, Product) else value


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
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 # the answer closes it
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.freeze_panes = "A2"
    for number in range(len(names)):
        column = sheet.column_dimensions[chr(ord("A") + number)]
        column.width = WIDTH
        if as_text:
            column.number_format = "@"
    sheet.append(names)
    for row in rows:
        sheet.append([cell(sheet, it) for it in row])
    workbook.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL_TYPE)


def cell(sheet: Any, value: object) -> object:
    """Dates and numbers as such; text as text, whatever it begins with."""
    value = by_the_shops_clock(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if not isinstance(value, str):
        return float(value) if isinstance(value, Decimal) else value
    text = NOT_IN_XML.sub("", str(never_misread(value)))
    if not text.startswith(NOT_TO_BE_GUESSED):
        return text
    written = WriteOnlyCell(sheet)
    written.value, written.data_type, written.quotePrefix = text, "s", True
    return written
