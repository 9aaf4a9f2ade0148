"""Choosing how labels are printed, and seeing them before they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import staff_required

from ..barcodes.qr import qr_code
from ..models import Batch, LabelRun, LabelSetup, OwnStock, PrintedLabels
from ..models.custom_stock import known_stock
from ..rules.batch_code import LENGTH
from ..rules.label_fields import FIELDS
from ..rules.label_stock import Stock
from .address_check import refusal, warning
from .forms import PrintForm
from .label import LabelMaker, TooSmallError
from .layout import EASY_MODULE, LEGIBLE, least_module
from .print_job import Job, places_shown
from .print_options import chosen_batches, filled_in, short_query


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def labels(request: HttpRequest) -> HttpResponse:
    """Shows the labels of the chosen batches; a POST also remembers how, and may print them."""
    given = request.POST if request.method == "POST" else request.GET
    batches, missing = chosen_batches(given)
    stocks = known_stock()
    setup = LabelSetup.usual(request.user, stocks)  # type: ignore[arg-type] # staff_required
    key = given.get("use") or given.get("stock", setup.stock)
    if key in stocks and key != setup.stock:
        setup = setup.on(stocks[key])
    form = PrintForm(filled_in(given, key, setup), batches=batches, known_stock=stocks)
    job = make_job(form) if form.is_valid() else None
    query = "" if missing else short_query((batch.pk for batch in batches), form.data)
    if request.method == "POST" and form.is_valid():
        remember(setup, form)
        to_print = None if missing else job  # what is missing must be read first
        if address := way_on(request, to_print, setup, query):
            return redirect(address)
    context = {
        "form": form,
        "batches": batches,
        "missing": missing,
        "job": job,
        "query": query,
        "unsaleable": [batch for batch in batches if not batch.may_be_sold()],
        **what_hinders(form, stocks, job),
        **about_stock(form.chosen_stock, stocks, job),
    }
    is_refused = form.errors or request.POST.get("do") == "print"
    return render(request, "batches/labels/labels.html", context, status=422 if is_refused else 200)


def make_job(form: PrintForm) -> Job | None:
    """The job the valid form asks for; None where nothing can be printed."""
    chosen, stock = form.cleaned_data, form.chosen_stock
    if not form.batches or stock is None or refusal():
        return None
    fields = tuple(chosen["field"])
    maker = LabelMaker(stock, fields, settings.SHOP_NAME, chosen["dots_per_inch"])
    try:
        drawn = maker.labels(form.batches)
    except TooSmallError:
        return None
    nudge = (chosen["nudge_x"], chosen["nudge_y"])
    return Job(stock, drawn, form.copies_of_each(), chosen.get("start", 1), nudge)


def remember(setup: LabelSetup, form: PrintForm) -> None:
    for name in ("nudge_x", "nudge_y", "dots_per_inch"):
        setattr(setup, name, form.cleaned_data[name])
    setup.fields = " ".join(form.cleaned_data["field"])
    setup.remember()


def way_on(request: HttpRequest, job: Job | None, setup: LabelSetup, query: str) -> str | None:
    """The address to which a valid form leads; None where its own page has the answer.

    That is so where what was sent is too long for a link, and where nothing can be printed.
    """
    do = request.POST.get("do")
    if do == "test":
        return f"{reverse('label_test_page')}?stock={setup.stock}&{query}"
    if do == "measure":
        return f"{reverse('add_stock')}?{query}"
    if do == "print" and job is None:
        return None
    if do == "print" and request.POST.get("shown", setup.stock) != setup.stock:
        messages.info(request, _("You chose another stock. Look at its labels, then print."))
    elif do == "print" and job:
        if run := record(setup, job):
            return f"{run.get_absolute_url()}#print"
        messages.error(request, _("A batch was deleted in this moment. Look once more."))
    return f"{reverse('labels')}?{query}" if query else None


@transaction.atomic
def record(setup: LabelSetup, job: Job) -> LabelRun | None:
    """Keep what these labels say, so that it can be told when it is not so any more.

    None where a batch has been deleted since it was looked up.
    """
    copied = [(it, copies) for it, copies in zip(job.labels, job.copies, strict=True) if copies]
    there = Batch.objects.locked().filter(pk__in=[label.batch.pk for label, _copies in copied])
    if len(there) < len(copied):
        return None
    run = LabelRun.objects.create(
        printed_by=setup.account,
        stock=job.stock.key,
        measures=job.stock.measures,
        labels=job.total,
        start=job.start,
        nudge_x=setup.nudge_x,
        nudge_y=setup.nudge_y,
        dots_per_inch=setup.dots_per_inch,
        fields=setup.fields,
    )
    PrintedLabels.objects.bulk_create(
        PrintedLabels(run=run, batch=label.batch, copies=copies, says=json.dumps(label.says))
        for label, copies in copied
    )
    return run


@dataclass(frozen=True)
class Choice:
    """Stock to choose, whether a code fits on it, and where the shop's own is measured anew."""

    stock: Stock
    is_chosen: bool
    is_large_enough: bool
    edit_url: str


def modules_of_any_code() -> int:
    """How many modules a code has to a side: each batch's has as many, as their links are alike."""
    return qr_code(settings.PUBLIC_URL + reverse("report", args=["0" * LENGTH])).modules


def choices_of(stocks: Mapping[str, Stock], chosen: Stock | None) -> list[Choice]:
    modules = modules_of_any_code()
    return [
        Choice(
            it,
            it == chosen,
            LabelMaker(it).carries_a_code(modules),
            reverse("edit_stock", args=[number]) if (number := OwnStock.number_of(it.key)) else "",
        )
        for it in stocks.values()
    ]


def what_hinders(form: PrintForm, stocks: Mapping[str, Stock], job: Job | None) -> dict[str, Any]:
    """Why the labels cannot be printed, and what to do about it."""
    stock, refused = form.chosen_stock, refusal()
    hindered: dict[str, Any] = {"refusal": refused, "warning": warning()}
    if job or refused or form.errors or not form.batches or stock is None:
        return hindered
    modules, dots_per_inch = modules_of_any_code(), form.cleaned_data["dots_per_inch"]
    strictest = min(form.batches, key=Batch.may_be_sold)  # not for sale, if any is: that is more

    def is_room_on(other: Stock) -> bool:
        try:
            LabelMaker(other, dots_per_inch=dots_per_inch).label(strictest)
        except TooSmallError:
            return False
        return True

    carries_a_code = LabelMaker(stock, dots_per_inch=dots_per_inch).carries_a_code(modules)
    return hindered | {
        "is_too_small": not carries_a_code,
        "is_too_small_to_warn": carries_a_code,
        "least_side": modules * least_module(stock, dots_per_inch),
        "nearest": stock.nearest(it for it in stocks.values() if it != stock and is_room_on(it)),
    }


def about_stock(
    stock: Stock | None, stocks: Mapping[str, Stock], job: Job | None
) -> dict[str, Any]:
    """The chosen stock with its places, and all stock there is to choose from."""
    about: dict[str, Any] = {"stock": stock, "choices": choices_of(stocks, stock)}
    if stock and not stock.is_roll:
        about["places"] = places_shown(stock, job)
        about["is_part_used"] = job is not None and job.start > 1
    if job:
        left_out = {field for label in job.labels for field in label.left_out}
        about["left_out"] = [FIELDS[field] for field in FIELDS if field in left_out]
        about["is_hard_to_scan"] = any(label.module < EASY_MODULE for label in job.labels)
        about["is_hard_to_read"] = any(label.layout.size < LEGIBLE for label in job.labels)
    return about
