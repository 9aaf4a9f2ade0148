"""Batches and products as tables for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from import_export.resources import ModelResource

from accounts.access import staff_required

from .cells import harmless, never_misread
from .day import shop_today
from .filters import FilterForm
from .importing.resources import RESOURCES, BatchResource, ProductResource
from .models import Batch, Import, Product
from .models.bulk import all_of
from .spreadsheet import EXCEL_TYPE, MOST_ROWS, workbook

BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8
CSV, EXCEL = "csv", "xlsx"

Rows = Iterator[Sequence[Any]]


@staff_required
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The batches that the list shows, all pages of it.

    A filter that makes no sense is told where it can be: in the list.
    """
    filters = FilterForm(request.GET)
    batches = filters.narrow(Batch.objects.newest_first(), shop_today())
    if filters.errors:
        query = request.GET.copy()
        query.pop("format", None)
        return redirect(f"{reverse('batches')}?{query.urlencode()}")
    if wanted(request) == EXCEL and batches.count() > MOST_ROWS:
        words = _("Excel holds up to %(most)s rows. Narrow the list, or download it as CSV.")
        messages.warning(request, words % {"most": intcomma(MOST_ROWS)})
        return redirect("batches")
    resource = BatchResource()
    batches = batches.select_related("product", "created_by")
    return answer(request, f"batches-{shop_today()}", resource, all_of(batches))


@staff_required
@require_safe
def export_products(request: HttpRequest) -> HttpResponseBase:
    name = f"products-{shop_today()}"
    return answer(request, name, ProductResource(), Product.objects.all())


@staff_required
@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    """The names of the columns, and no rows. In Excel, identifiers stay the text they are.

    With a row as an example where the address says `example`.
    """
    kind = request.GET.get("kind", Import.Kind.BATCHES)
    if kind not in RESOURCES:
        raise BadRequest("There is no such table.")
    names = list(RESOURCES[kind].template)
    is_example = "example" in request.GET
    rows = iter([example_row(kind)] if is_example else [])
    name = f"{kind}-{'example' if is_example else 'template'}"
    if wanted(request) == EXCEL:
        return excel(name, names, rows, as_text=True)
    return comma_separated(name, names, rows)


def example_row(kind: str) -> Sequence[Any]:
    """Values in the order of the template, as somebody would write them."""
    if kind == Import.Kind.PRODUCTS:
        return [_("Lamb chops"), "", 2, 4, _("Keep it at 0 to 4 °C."), _("yes")]
    today = shop_today()
    product = Product.objects.filter(active=True).first()
    name = product.name if product else _("Lamb chops")
    use_by = today + timedelta(days=5)
    return ["", name, "2026-001", today, today, use_by, _("Hill Farm"), "L-0042"]


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
    written = workbook(names, ([in_excel(it) for it in row] for row in rows), as_text)
    response = StreamingHttpResponse(written, content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def in_excel(value: object) -> object:
    """Times without a zone, which Excel does not know."""
    value = by_the_shops_clock(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else never_misread(value)
