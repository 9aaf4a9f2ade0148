"""Bring a file in: choose it, see what it would do, confirm."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit_log import Event, record
from accounts.permissions import may_release_recalls, staff_required
from freshness.tables.response import table

from ...models import Import
from ...recalls.lot_question import PUT_ON_SHELF, ShelfReasonForm
from ..dates.forms import DatesForm, how_dates_are_read
from ..rows.column_names import column_names
from .check import check_for_a_while
from .forms import ImportForm
from .messages import note_messages
from .recalled_lots import RecalledRows
from .result import CHANGED, NEW, REFUSED, found_rows, lookalikes_in, result_columns, result_rows
from .save import save

SHOWN = 100  # rows of each kind in a preview
SHOWN_LOOKALIKES = 20


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES, author=request.user)
    else:
        form = ImportForm(author=request.user, initial={"kind": Import.Kind.BATCHES})
    if form.is_valid():
        return redirect(form.made)
    context = {
        "form": form,
        "unconfirmed": own_imports(request).unconfirmed()[:10],
        "batch_columns": column_names(Import.Kind.BATCHES),
        "product_columns": column_names(Import.Kind.PRODUCTS),
    }
    return render(
        request, "batches/spreadsheets/file.html", context, status=422 if form.errors else 200
    )


@staff_required
@require_safe
def show_import(request: HttpRequest, number: int) -> HttpResponse:
    """Checks for a while and comes again, until all of it is checked; then what was found."""
    job = get_object_or_404(own_imports(request), pk=number)
    if job.waits_for_dates():
        return ask_for_dates(request, job, DatesForm(job=job))
    if job.is_checking and request.method == "GET":
        try:
            check_for_a_while(job)
        except Import.DoesNotExist:
            return forgotten(request)
    if job.is_checking:
        context = {"import": job, "checked": job.checked_rows()}
        response = render(request, "batches/spreadsheets/checking.html", context)
        response["Refresh"] = "0"
        return response
    return preview(request, job)


def preview(
    request: HttpRequest, job: Import, form: ShelfReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """What the file would change. `form` is what an administrator has sent of a recalled lot."""
    form = form or ShelfReasonForm(initial={"shelf_reason": job.shelf_reason})
    context = about(job) | {
        "form": form,
        "may_put_on_shelf": may_release_recalls(request.user),
        "is_refused": status == 403,
        "lots_asked": recalled_rows(job).fingerprint() if job.of_recalled_lots else "",
    }
    return render(request, "batches/spreadsheets/preview.html", context, status=status)


@staff_required
@require_POST
def answer_dates(request: HttpRequest, number: int) -> HttpResponse:
    """Read the dates as somebody says, and check the file anew."""
    job = get_object_or_404(own_imports(request), pk=number)
    form = DatesForm(request.POST, job=job)
    if not form.is_valid():
        return ask_for_dates(request, job, form, status=422)
    try:
        job.answer_dates(form.chosen_order())
    except Import.DoesNotExist:
        return forgotten(request)
    return redirect(job)


@staff_required
@require_POST
def confirm_lookalikes(request: HttpRequest, number: int) -> HttpResponse:
    """Take names and lots that look odd as they are: all that were seen, and no others."""
    job = get_object_or_404(own_imports(request), pk=number)
    if request.POST.get("count") == f"{job.lookalikes}":
        job.confirm_lookalikes()
    return redirect(job)


def ask_for_dates(
    request: HttpRequest, job: Import, form: DatesForm, status: int = 200
) -> HttpResponse:
    context = {"import": job, "form": form}
    return render(request, "batches/spreadsheets/dates.html", context, status=status)


@staff_required
@require_safe
def download_rows(request: HttpRequest, number: int) -> HttpResponseBase:
    """All that the preview says, and what it has no room for."""
    job = get_object_or_404(own_imports(request), pk=number, state=Import.State.CHECKED)
    return table(request, f"import-{job.pk}", result_columns(), result_rows(job))


@staff_required
@require_POST
def confirm_import(request: HttpRequest, number: int) -> HttpResponseBase:
    job = get_object_or_404(own_imports(request), pk=number)
    if request.POST.get("date_order", job.date_order) != job.date_order:
        return redirect(job)  # the page that was seen read the dates in another order
    reason = ""
    if request.POST.get("lot_answer") == PUT_ON_SHELF and job.may_be_confirmed():
        form = ShelfReasonForm(request.POST)
        if not form.is_valid():
            return preview(request, job, form, 422)
        if not may_release_recalls(request.user):
            return preview(request, job, status=403)
        if request.POST.get("lots_asked") != recalled_rows(job).fingerprint():
            kept = ShelfReasonForm(initial=form.cleaned_data)
            return preview(request, job, kept, 409)
        reason = form.cleaned_data["shelf_reason"]
    try:
        is_saved = job.may_be_confirmed() and save(job, reason)
    except Import.DoesNotExist:
        return forgotten(request)
    if is_saved:
        tell_of_import(request, job)
    return redirect(job)


def recalled_rows(job: Import) -> RecalledRows:
    rows = RecalledRows()
    for row in found_rows(job, NEW, CHANGED):
        rows.note(row)
    return rows


def tell_of_import(request: HttpRequest, job: Import) -> None:
    message = ngettext("%(count)s row is saved.", "%(count)s rows are saved.", job.changes)
    messages.success(request, message % {"count": intcomma(job.changes)})
    if job.of_recalled_lots:
        event = Event.RECALL_RELEASED if job.shelf_reason else Event.RECALLED
        about_it = {"reason": job.shelf_reason, "batches": job.of_recalled_lots}
        record(event, request, file=job.file_name, **about_it)


@staff_required
@require_POST
def drop_import(request: HttpRequest, number: int) -> HttpResponseBase:
    job = get_object_or_404(own_imports(request), pk=number)
    forgotten_now, _models = own_imports(request).unconfirmed().filter(pk=number).delete()
    if not forgotten_now:
        messages.info(request, _("That file was saved before, and stays so."))
        return redirect(job)
    messages.success(request, _("Noted: nothing of that file is saved."))
    return redirect("import")


def forgotten(request: HttpRequest) -> HttpResponse:
    """By somebody who pressed the button in another window, or since it was too old."""
    message = _("That file was forgotten meanwhile, and nothing of it is saved. Choose it again.")
    messages.info(request, message)
    return redirect("import")


def own_imports(request: HttpRequest) -> Any:
    """Nobody sees what another brings in; products are for administrators, then as now."""
    imports = Import.objects.filter(author=request.user.pk).order_by("-uploaded_at")
    may_all = request.user.is_superuser
    return imports if may_all else imports.filter(kind=Import.Kind.BATCHES)


def gone_first(job: Import) -> Iterator[dict[str, Any]]:
    """The changed rows; those of batches that have left the shelf or may not be sold before all."""
    yield from (row for row in found_rows(job, CHANGED) if row.get("gone"))
    yield from (row for row in found_rows(job, CHANGED) if not row.get("gone"))


def about(job: Import) -> dict[str, Any]:
    first = {it: list(islice(found_rows(job, it), SHOWN)) for it in (REFUSED, CHANGED, NEW)}
    if job.of_gone_batches:
        first[CHANGED] = list(islice(gone_first(job), SHOWN))
    of_recalled_lots = (row for row in found_rows(job, CHANGED, NEW) if "recall" in row)
    recalled = list(islice(of_recalled_lots, SHOWN)) if job.of_recalled_lots else []
    dates = DatesForm(job=job)
    return {
        "import": job,
        "dates_sentence": how_dates_are_read(job),
        "dates_form": dates if dates.fields else None,
        "lookalikes": list(islice(lookalikes_in(job), SHOWN_LOOKALIKES)),
        "more_lookalikes": max(0, job.lookalikes - SHOWN_LOOKALIKES),
        "ignored": json.loads(job.ignored),
        "notes": note_messages(json.loads(job.notes)),
        **first,
        "recalled": recalled,
        "more_recalled": job.of_recalled_lots - len(recalled),
        "more_refused": job.refused - len(first[REFUSED]),
        "more_changed": job.changed - len(first[CHANGED]),
        "more_new": job.new - len(first[NEW]),
    }
