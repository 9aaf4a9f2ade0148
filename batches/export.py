"""Batches as a table for a spreadsheet."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import staff_required

from .forms import FilterForm
from .models import Batch

COLUMNS = [
    *("id", "batch_identifier", "product__name", "butcher_date", "arrival_date", "use_by"),
    *("supplier", "supplier_lot", "removed_on", "removal_reason", "recalled_at", "recall_reason"),
    *("created_at", "created_by__full_name"),
]
ROWS_AT_ONCE = 1000
BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8


@staff_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The batches that the list shows, all pages of it, as CSV."""
    today = timezone.localdate()
    batches = FilterForm(request.GET).narrow(Batch.objects.newest_first(), today)
    rows = batches.values_list(*COLUMNS).iterator(ROWS_AT_ONCE)
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="batches-{today}.csv"'
    return response


def lines(rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line(COLUMNS)
    for row in rows:
        yield line([harmless(it) for it in row])


def line(cells: list[str]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def harmless(value: object) -> str:
    """The value as a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
