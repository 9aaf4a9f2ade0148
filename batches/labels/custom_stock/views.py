"""The shop's own label stock, and a page of outlines to hold against any."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required

from ...listing.form_fields import save_unless_taken
from ...models import LabelSetup, OwnStock
from ...models.custom_stock import known_stock
from ..print_options import short_query
from .forms import OwnStockForm


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_stock(request: HttpRequest) -> HttpResponse:
    return own_stock(request, OwnStock())


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_stock(request: HttpRequest, number: int) -> HttpResponse:
    return own_stock(request, get_object_or_404(OwnStock, pk=number))


def own_stock(request: HttpRequest, stock: OwnStock) -> HttpResponse:
    """The form of one stock; saved, it leads back to the labels that were chosen before."""
    came_with = request.GET.copy()
    came_with.pop("start", None)  # that was a place on other stock
    query = short_query(came_with.getlist("batch"), came_with)
    form = OwnStockForm(request.POST if request.method == "POST" else None, instance=stock)
    if saved := save_unless_taken(form):
        if "dots_per_inch" in form.changed_data:  # what was remembered was of another printer
            LabelSetup.objects.filter(stock=saved.key).update(dots_per_inch=saved.dots_per_inch)
        messages.success(request, _("“%(stock)s” is kept.") % {"stock": saved})
        chosen = f"?{query}&stock={saved.key}" if query else f"?stock={saved.key}"
        return redirect(reverse("labels") + chosen)
    context = {"form": form, "stock": stock, "query": query}
    return render(request, "batches/labels/stock.html", context, status=422 if form.errors else 200)


@staff_required
@require_POST
def delete_stock(request: HttpRequest, number: int) -> HttpResponse:
    stock = get_object_or_404(OwnStock, pk=number)
    stock.delete()
    messages.success(request, _("“%(stock)s” is deleted.") % {"stock": stock})
    return redirect("portal")


@staff_required
@require_safe
def label_test_page(request: HttpRequest) -> HttpResponse:
    """The outlines of all labels of a stock, nudged as this account does it."""
    stocks = known_stock()
    usual = LabelSetup.usual(request.user, stocks)  # type: ignore[arg-type] # staff_required
    stock = stocks.get(request.GET.get("stock", usual.stock))
    if stock is None:
        raise Http404
    setup = usual.on(stock)
    places = stock.places((setup.nudge_x, setup.nudge_y))
    query = short_query(request.GET.getlist("batch"), request.GET)
    context = {"stock": stock, "places": places, "query": query}
    return render(request, "batches/labels/test_page.html", context)


@staff_required
@require_safe
def page_size(request: HttpRequest, width: str, height: str) -> HttpResponse:
    """A style sheet that tells the browser how large the paper is, in mm."""
    rule = f"@page {{ size: {width}mm {height}mm; margin: 0 }}"
    return HttpResponse(rule, content_type="text/css; charset=utf-8")
