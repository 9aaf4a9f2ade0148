"""Choosing how labels are printed, and seeing them before they are."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ..access import staff_required
from ..codes import LENGTH
from ..models import Batch, LabelRun, LabelSetup, PrintedLabels
from ..models.own_stock import known_stock
from ..qr import qr_code
from .address import refusal, warning
from .choosing import chosen_batches, filled_in, short_query
from .fields import FIELDS
from .forms import PrintForm
from .job import Job
from .label import TooSmallError, carries_a_code, make_labels
from .layout import EASY_MODULE, LEAST_MODULE, LEGIBLE
from .stock import Stock


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def labels(request: HttpRequest) -> HttpResponse:
    """Shows the labels of the chosen batches; a POST also remembers how, and may print them."""
    given = request.POST if request.method == "POST" else request.GET
    batches, missing = chosen_batches(given)
    stocks = known_stock()
    setup = LabelSetup.usual(request.user, stocks)  # type: ignore[arg-type] # staff_required
    wanted = stocks.get(given.get("stock", setup.stock))
    if wanted and wanted.key != setup.stock:
        setup = setup.on(wanted)
    form = PrintForm(filled_in(given, setup), batches=batches, known_stock=stocks)
    refused = refusal()
    stock = form.chosen_stock
    is_possible = batches and form.is_valid() and not refused
    job = make_job(form, batches, stock) if is_possible and stock else None
    if request.method == "POST" and form.is_valid():
        remember(setup, form)
        if answer := answer_to(request, job, setup):
            return answer
    context = {
        "form": form,
        "batches": batches,
        "missing": missing,
        "job": job,
        "refusal": refused,
        "warning": warning(),
        "is_too_small": bool(is_possible and stock and not job),
        "unsaleable": [batch for batch in batches if not batch.may_be_sold()],
        "query": short_query(given),
        **about_stock(stock, stocks, job),
    }
    is_refused = bool(form.errors) or given.get("do") == "print"
    return render(request, "batches/labels/labels.html", context, status=422 if is_refused else 200)


def make_job(form: PrintForm, batches: Sequence[Batch], stock: Stock) -> Job | None:
    """The job the valid form asks for; None where its stock has no room for a code."""
    chosen = form.cleaned_data
    try:
        drawn = make_labels(
            batches,
            stock,
            chosen["field"],
            shop_name=settings.SHOP_NAME,
            dots_per_inch=chosen["dots_per_inch"],
        )
    except TooSmallError:
        return None
    nudge = (chosen["nudge_x"], chosen["nudge_y"])
    return Job(stock, drawn, form.copies_of_each(), chosen["start"], nudge)


def remember(setup: LabelSetup, form: PrintForm) -> None:
    for name in ("nudge_x", "nudge_y", "dots_per_inch"):
        setattr(setup, name, form.cleaned_data[name])
    setup.fields = " ".join(form.cleaned_data["field"])
    setup.remember()


def answer_to(request: HttpRequest, job: Job | None, setup: LabelSetup) -> HttpResponse | None:
    """Where a valid form leads; None where its own page answers it."""
    do = request.POST.get("do")
    if do == "test":
        query = f"stock={setup.stock}&{short_query(request.POST)}"
        return redirect(reverse("label_test_page") + f"?{query}")
    if do == "print":
        return redirect(record(setup, job).get_absolute_url() + "#print") if job else None
    query = short_query(request.POST)
    return redirect(reverse("labels") + f"?{query}") if query else None


@transaction.atomic
def record(setup: LabelSetup, job: Job) -> LabelRun:
    """Keep what these labels say, so that it can be told when it is not so any more."""
    run = LabelRun.objects.create(
        printed_by=setup.account,
        stock=job.stock.key,
        start=job.start,
        nudge_x=setup.nudge_x,
        nudge_y=setup.nudge_y,
        dots_per_inch=setup.dots_per_inch,
        fields=setup.fields,
    )
    PrintedLabels.objects.bulk_create(
        PrintedLabels(run=run, batch=label.batch, copies=copies, says=json.dumps(label.says))
        for label, copies in zip(job.labels, job.copies, strict=True)
        if copies
    )
    return run


def about_stock(
    stock: Stock | None, stocks: Mapping[str, Stock], job: Job | None
) -> dict[str, Any]:
    """What there is to say of the chosen stock, and all stock there is to choose from."""
    any_report = settings.PUBLIC_URL + reverse("report", args=["0" * LENGTH])
    modules = qr_code(any_report).modules
    choices = [(it, carries_a_code(it, modules)) for it in stocks.values()]
    about: dict[str, Any] = {"stock": stock, "choices": choices}
    if stock and not job:
        about["least_side"] = modules * LEAST_MODULE
        about["nearest"] = stock.nearest(it for it, fits in choices if fits and it != stock)
    if job:
        left_out = {field for label in job.labels for field in label.left_out}
        about["left_out"] = [FIELDS[field] for field in FIELDS if field in left_out]
        about["is_hard_to_scan"] = any(label.module < EASY_MODULE for label in job.labels)
        about["is_hard_to_read"] = any(label.layout.size < LEGIBLE for label in job.labels)
    return about
