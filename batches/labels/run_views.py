"""One job of printing: its labels, for the browser's printer or in ZPL, and what became of them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..access import staff_required
from ..models import Batch, LabelRun
from ..models.own_stock import known_stock
from .address import refusal
from .forms import BATCHES_WITH_A_BOX
from .job import Job
from .label import LabelMaker, TooSmallError
from .zpl import MOST_DOTS, Writer, read_pictures


@staff_required
@require_safe
def label_run(request: HttpRequest, run: int) -> HttpResponse:
    """The sheets of one job, to be printed now or once more."""
    found = get_object_or_404(LabelRun.objects.select_related("printed_by"), pk=run)
    job, printed = job_of(found), found.printed_labels.all()
    context: dict[str, Any] = {
        "run": found,
        "job": job,
        "refusal": refusal(),
        "changed": found.changed_batches(),
        "printed": printed,
        "copies": printed if len(printed) <= BATCHES_WITH_A_BOX else [],
        "may_be_undone": found.may_be_undone_by(request.user),  # type: ignore[arg-type]
    }
    if job and job.stock.is_roll and (for_zpl := job_of(found, MOST_DOTS)):
        context["is_roll"] = True
        context["to_draw"] = Writer(for_zpl, found.dots_per_inch, {}).to_draw()
    return render(request, "batches/labels/run.html", context, status=200 if job else 409)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def label_run_zpl(request: HttpRequest, run: int) -> HttpResponse:
    """The labels of one job as a file for a thermal printer.

    A POST brings, in `pictures`, the rows for which the printer has no letters.
    """
    found = get_object_or_404(LabelRun, pk=run)
    job = job_of(found, MOST_DOTS)
    if job is None or not job.stock.is_roll:
        return redirect(found)
    try:
        pictures = read_pictures(request.POST.get("pictures", ""))
    except ValueError as error:
        raise BadRequest from error
    writer = Writer(job, found.dots_per_inch, pictures)
    if missing := writer.missing():
        context = {"run": found, "missing": missing}
        return render(request, "batches/labels/no_letters.html", context, status=422)
    response = HttpResponse(writer.write(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="labels-{found.pk}.zpl"'
    return response


@staff_required
@require_POST
def undo_label_run(request: HttpRequest, run: int) -> HttpResponse:
    """For a job that never reached paper: its labels are not out."""
    found = get_object_or_404(LabelRun, pk=run)
    if not found.may_be_undone_by(request.user):  # type: ignore[arg-type] # staff_required
        words = _("Only whoever printed them can say so, and only within an hour.")
        messages.error(request, words)
        return redirect(found)
    codes = list(found.printed_labels.values_list("batch_id", flat=True))
    found.delete()
    messages.success(request, _("Noted: these labels were not printed."))
    return redirect("batch", codes[0]) if len(codes) == 1 else redirect("portal")


@staff_required
@require_POST
def labels_gone(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody has taken labels of a batch off: those that the page showed to be wrong."""
    batch = get_object_or_404(Batch, pk=code)
    shown = [number for number in request.POST.getlist("labels") if number.isdecimal()]
    out = batch.printed_labels.filter(pk__in=[number[:18] for number in shown], gone_at=None)
    if out.update(gone_at=timezone.now()):
        words = _("Noted: the wrong labels of batch %(batch)s are gone.")
        messages.success(request, words % {"batch": batch})
    return redirect(batch)


def job_of(run: LabelRun, most_dots: int | None = None) -> Job | None:
    """The job, to be printed once more; None where that would not give the same labels.

    That is where they would say something else now, a batch is gone, the stock has been measured
    anew, or no phone could open the code.
    """
    stock = known_stock().get(run.stock)
    printed = list(run.printed_labels.select_related("batch__product"))
    is_whole = sum(it.copies for it in printed) == run.labels
    is_same = stock is not None and stock.measures == run.measures
    if not (stock and is_same and is_whole) or refusal() or run.changed_batches():
        return None
    maker = LabelMaker(
        stock, tuple(run.fields.split()), settings.SHOP_NAME, run.dots_per_inch, most_dots
    )
    try:
        labels = maker.labels(it.batch for it in printed)
    except TooSmallError:
        return None
    copies = [it.copies for it in printed]
    return Job(stock, labels, copies, run.start, (run.nudge_x, run.nudge_y))
