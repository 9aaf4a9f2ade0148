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
from .job import Job
from .label import TooSmallError, make_labels
from .zpl import MOST_DOTS, Writer, read_pictures


@staff_required
@require_safe
def label_run(request: HttpRequest, run: int) -> HttpResponse:
    """The sheets of one job, to be printed now or once more."""
    found = get_object_or_404(LabelRun.objects.select_related("printed_by"), pk=run)
    job, for_zpl = job_of(found), job_of(found, MOST_DOTS)
    codes = found.printed_labels.values_list("batch_id", flat=True)
    context: dict[str, Any] = {
        "run": found,
        "job": job,
        "refusal": refusal(),
        "changed": found.changed_batches(),
        "codes": " ".join(codes),
    }
    if for_zpl and for_zpl.stock.is_roll:
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
    batches = [printed.batch for printed in found.printed_labels.select_related("batch")]
    found.delete()
    messages.success(request, _("Noted: these labels were not printed."))
    return redirect(batches[0] if len(batches) == 1 else "portal")


@staff_required
@require_POST
def labels_gone(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody has taken the wrong labels of a batch off."""
    batch = get_object_or_404(Batch.objects.select_related("product"), pk=code)
    wrong = [printed.pk for printed in batch.wrong_labels()]
    batch.printed_labels.filter(pk__in=wrong).update(gone_at=timezone.now())
    messages.success(
        request, _("Noted: the wrong labels of batch %(batch)s are gone.") % {"batch": batch}
    )
    return redirect(batch)


def job_of(run: LabelRun, most_dots: int | None = None) -> Job | None:
    """The job as it was printed; None where it would not be right to print it so again.

    That is where a label would say something else now, the stock is known no more, or no phone
    could open the code.
    """
    stock = known_stock().get(run.stock)
    printed = list(run.printed_labels.select_related("batch__product"))
    if stock is None or refusal() or run.changed_batches():
        return None
    try:
        labels = make_labels(
            [it.batch for it in printed],
            stock,
            run.fields.split(),
            shop_name=settings.SHOP_NAME,
            dots_per_inch=run.dots_per_inch,
            most_dots=most_dots,
        )
    except TooSmallError:
        return None
    copies = [it.copies for it in printed]
    return Job(stock, labels, copies, run.start, (run.nudge_x, run.nudge_y))
