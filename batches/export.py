"""Batches as a table for a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import staff_required

from .forms import FilterForm
from .models import Batch

# What stands above each column, and where it comes from.
COLUMNS = {
    "code": "id",
    "product": "product__name",
    **{
        name: name
        for name in [
            *("batch_identifier", "butcher_date", "arrival_date", "use_by", "supplier"),
            *("supplier_lot", "removed_on", "removal_reason", "recalled_at", "recall_reason"),
        ]
    },
    "recorded_at": "created_at",
    "recorded_by": "created_by__full_name",
}
ROWS_AT_ONCE = 1000
BEGINS_A_FORMULA = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")
# In half of Europe a spreadsheet takes a semicolon for the end of a cell.
AFTER_A_SEPARATOR = re.compile(r"(;\s*)(?=[=+\-@＝＋－＠])")
BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8


@staff_required
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The batches that the list shows, all pages of it, as CSV.

    A filter that makes no sense is told where it can be: in the list.
    """
    today = timezone.localdate()
    filters = FilterForm(request.GET)
    batches = filters.narrow(Batch.objects.newest_first(), today)
    if filters.errors:
        return redirect(f"{reverse('portal')}?{request.GET.urlencode()}")
    rows = batches.values_list(*COLUMNS.values()).iterator(ROWS_AT_ONCE)
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="batches-{today}.csv"'
    return response


def lines(rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line(COLUMNS)
    for row in rows:
        yield line([harmless(it) for it in row])


def line(cells: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def harmless(value: object) -> str:
    """The value as a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    if text.startswith(BEGINS_A_FORMULA):
        text = f"'{text}"
    return AFTER_A_SEPARATOR.sub(r"\1'", text)
