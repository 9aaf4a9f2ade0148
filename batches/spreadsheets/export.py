"""Batches and products as tables for a spreadsheet."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from import_export.resources import ModelResource

from accounts.permissions import staff_required
from freshness.tables.response import EXCEL, comma_separated, excel, table, wanted
from freshness.tables.xlsx import MOST_ROWS

from ..listing.filters import FilterForm
from ..models import Batch, Import, Product
from ..models.bulk import all_of
from ..shop_clock import shop_today
from .rows.resources import RESOURCES, BatchResource, ProductResource


@staff_required
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The batches that the list shows, all pages of it.

    A filter that makes no sense is told where it can be: in the list.
    """
    filters = FilterForm(request.GET)
    batches = filters.apply(Batch.objects.newest_first(), shop_today())
    if filters.errors:
        query = request.GET.copy()
        query.pop("format", None)
        return redirect(f"{reverse('batches')}?{query.urlencode()}")
    if wanted(request) == EXCEL and batches.count() > MOST_ROWS:
        message = _("Excel holds up to %(most)s rows. Narrow the list, or download it as CSV.")
        messages.warning(request, message % {"most": intcomma(MOST_ROWS)})
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


def answer(
    request: HttpRequest, name: str, resource: ModelResource, instances: Iterable[Any]
) -> HttpResponseBase:
    fields = resource.get_export_fields()
    rows = ([value_of(field, instance) for field in fields] for instance in instances)
    return table(request, name, resource.get_export_headers(), rows)


def value_of(field: Any, instance: Any) -> Any:
    """A product by its name, which is how an import finds it."""
    value = field.get_value(instance)
    return value.name if isinstance(value, Product) else value
