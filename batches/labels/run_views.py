"""One job of printing: its labels, for the browser's printer or in ZPL, and what became of them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required

from ..models import Batch, LabelRun, PrintedLabels
from ..models.custom_stock import known_stock
from .address_check import refusal
from .forms import own_copies
from .label import LabelMaker, TooSmallError
from .print_job import Job
from .zpl import MOST_BYTES, MOST_DOTS, Writer, read_pictures


class NotAgainError(Exception):
    """The job cannot be printed again as it was; what it holds says why, in a sentence."""


@staff_required
@require_safe
def label_run(request: HttpRequest, run: int) -> HttpResponse:
    """The sheets of one job, to be printed now or once more."""
    found = get_object_or_404(LabelRun.objects.select_related("printed_by"), pk=run)
    printed = list(found.printed_labels.select_related("batch__product"))
    context: dict[str, Any] = {
        "run": found,
        "may_be_undone": found.may_be_undone_by(request.user),  # type: ignore[arg-type]
    }
    try:
        context |= about_job(found, printed)
    except NotAgainError as error:
        context |= {"reason": error.args[0], "printed": printed, "copies": copies_to_offer(printed)}
        context["changed"] = [it.batch for it in printed if it.differences()]
        return render(request, "batches/labels/run.html", context, status=409)
    return render(request, "batches/labels/run.html", context)


def about_job(run: LabelRun, printed: list[PrintedLabels]) -> dict[str, Any]:
    """What is drawn: in the browser and, for a roll, what the browser draws for a printer."""
    job = job_of(run, printed)
    if not job.stock.is_roll:
        return {"job": job}
    writer = Writer(job_of(run, printed, MOST_DOTS), run.dots_per_inch, {})
    return {"job": job, "is_roll": True, "to_draw": writer.to_draw()}


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def label_run_zpl(request: HttpRequest, run: int) -> HttpResponseBase:
    """The labels of one job as a file for a thermal printer.

    A POST brings, in `pictures`, the rows for which the printer has no letters.
    """
    found = get_object_or_404(LabelRun, pk=run)
    try:
        printed = list(found.printed_labels.select_related("batch__product"))
        job = job_of(found, printed, MOST_DOTS)
    except NotAgainError:
        return redirect(found)
    if not job.stock.is_roll:
        return redirect(found)
    try:
        writer = Writer(job, found.dots_per_inch, read_pictures(request.POST.get("pictures", "")))
    except ValueError:
        return refuse_file(request, found, PICTURES_DO_NOT_FIT)
    if missing := writer.missing():
        context = {"run": found, "missing": missing}
        return render(request, "batches/labels/no_letters.html", context, status=422)
    if not writer.pictures_fit():
        return refuse_file(request, found, PICTURES_DO_NOT_FIT)
    if writer.picture_bytes() > MOST_BYTES:
        return refuse_file(request, found, FILE_IS_TOO_LARGE)
    response = StreamingHttpResponse(writer.write(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="labels-{found.pk}.zpl"'
    return response


PICTURES_DO_NOT_FIT = gettext_lazy(
    "The pictures of the words, which your browser draws, do not fit these labels. Go back to the "
    "labels, load the page again, and download once more."
)
FILE_IS_TOO_LARGE = gettext_lazy(
    "With pictures of so many words this file would be too large for a printer. Print the batches "
    "in several smaller jobs."
)


def refuse_file(request: HttpRequest, run: LabelRun, reason: Promise) -> HttpResponse:
    context = {"run": run, "reason": reason}
    return render(request, "batches/labels/no_file.html", context, status=422)


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
    if out.update(gone_at=timezone.now(), gone_by=request.user):
        words = _("Noted: the wrong labels of batch %(batch)s are gone.")
        messages.success(request, words % {"batch": batch})
    return redirect(batch)


def copies_to_offer(printed: list[PrintedLabels]) -> dict[str, int]:
    """The numbers of copies as the page of labels takes them: one for all, or one for each."""
    numbers = {it.copies for it in printed}
    if len(numbers) == 1:
        return {"copies": numbers.pop()}
    return {own_copies(it.batch): it.copies for it in printed}


def job_of(run: LabelRun, printed: list[PrintedLabels], most_dots: int | None = None) -> Job:
    """The job, to be printed once more; raises NotAgainError where that would give other labels."""
    stock = known_stock().get(run.stock)
    if reason := refusal():
        raise NotAgainError(reason)
    if stock is None:
        raise NotAgainError(_("The label stock they were printed on has been deleted."))
    if stock.measures != run.measures:
        raise NotAgainError(_("The label stock has been measured anew since."))
    if sum(it.copies for it in printed) != run.labels:
        raise NotAgainError(_("A batch among them has been deleted."))
    if any(it.differences() for it in printed):
        raise NotAgainError(_("Something has changed since:"))
    fields = tuple(run.fields.split())
    maker = LabelMaker(stock, fields, settings.SHOP_NAME, run.dots_per_inch, most_dots)
    try:
        labels = maker.labels(it.batch for it in printed)
    except TooSmallError:
        words = _("Some are not for sale any more, and these labels have no room to say so.")
        raise NotAgainError(words) from None
    return Job(stock, labels, [it.copies for it in printed], run.start, (run.nudge_x, run.nudge_y))
