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
from .result import CHANGED, NEW, REFUSED, columns_told, found_rows, lookalikes_in, rows_told
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
    being = get_object_or_404(own_imports(request), pk=number)
    if being.waits_for_dates():
        return ask_for_dates(request, being, DatesForm(job=being))
    if being.is_checking and request.method == "GET":
        try:
            check_for_a_while(being)
        except Import.DoesNotExist:
            return forgotten(request)
    if being.is_checking:
        context = {"import": being, "checked": being.checked_rows()}
        response = render(request, "batches/spreadsheets/checking.html", context)
        response["Refresh"] = "0"
        return response
    return preview(request, being)


def preview(
    request: HttpRequest, being: Import, form: ShelfReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """What the file would change. `form` is what an administrator has sent of a recalled lot."""
    form = form or ShelfReasonForm(initial={"shelf_reason": being.shelf_reason})
    context = about(being) | {
        "form": form,
        "may_put_on_shelf": may_release_recalls(request.user),
        "is_refused": status == 403,
        "lots_asked": recalled_rows(being).fingerprint() if being.of_recalled_lots else "",
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
    being = get_object_or_404(own_imports(request), pk=number, state=Import.State.CHECKED)
    return table(request, f"import-{being.pk}", columns_told(), rows_told(being))


@staff_required
@require_POST
def confirm_import(request: HttpRequest, number: int) -> HttpResponseBase:
    being = get_object_or_404(own_imports(request), pk=number)
    if request.POST.get("date_order", being.date_order) != being.date_order:
        return redirect(being)  # the page that was seen read the dates in another order
    reason = ""
    if request.POST.get("lot_answer") == PUT_ON_SHELF and being.may_be_confirmed():
        form = ShelfReasonForm(request.POST)
        if not form.is_valid():
            return preview(request, being, form, 422)
        if not may_release_recalls(request.user):
            return preview(request, being, status=403)
        if request.POST.get("lots_asked") != recalled_rows(being).fingerprint():
            kept = ShelfReasonForm(initial=form.cleaned_data)
            return preview(request, being, kept, 409)
        reason = form.cleaned_data["shelf_reason"]
    try:
        is_saved = being.may_be_confirmed() and save(being, reason)
    except Import.DoesNotExist:
        return forgotten(request)
    if is_saved:
        tell_of_import(request, being)
    return redirect(being)


def recalled_rows(being: Import) -> RecalledRows:
    rows = RecalledRows()
    for row in found_rows(being, NEW, CHANGED):
        rows.note(row)
    return rows


def tell_of_import(request: HttpRequest, being: Import) -> None:
    words = ngettext("%(count)s row is saved.", "%(count)s rows are saved.", being.changes)
    messages.success(request, words % {"count": intcomma(being.changes)})
    if being.of_recalled_lots:
        event = Event.RECALL_RELEASED if being.shelf_reason else Event.RECALLED
        about_it = {"reason": being.shelf_reason, "batches": being.of_recalled_lots}
        record(event, request, file=being.file_name, **about_it)


@staff_required
@require_POST
def drop_import(request: HttpRequest, number: int) -> HttpResponseBase:
    being = get_object_or_404(own_imports(request), pk=number)
    forgotten_now, _models = own_imports(request).unconfirmed().filter(pk=number).delete()
    if not forgotten_now:
        messages.info(request, _("That file was saved before, and stays so."))
        return redirect(being)
    messages.success(request, _("Noted: nothing of that file is saved."))
    return redirect("import")


def forgotten(request: HttpRequest) -> HttpResponse:
    """By somebody who pressed the button in another window, or since it was too old."""
    words = _("That file was forgotten meanwhile, and nothing of it is saved. Choose it again.")
    messages.info(request, words)
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


def about(being: Import) -> dict[str, Any]:
    first = {it: list(islice(found_rows(being, it), SHOWN)) for it in (REFUSED, CHANGED, NEW)}
    if being.of_gone_batches:
        first[CHANGED] = list(islice(gone_first(being), SHOWN))
    of_recalled_lots = (row for row in found_rows(being, CHANGED, NEW) if "recall" in row)
    recalled = list(islice(of_recalled_lots, SHOWN)) if being.of_recalled_lots else []
    dates = DatesForm(job=being)
    return {
        "import": being,
        "dates_sentence": how_dates_are_read(being),
        "dates_form": dates if dates.fields else None,
        "lookalikes": list(islice(lookalikes_in(being), SHOWN_LOOKALIKES)),
        "more_lookalikes": max(0, being.lookalikes - SHOWN_LOOKALIKES),
        "ignored": json.loads(being.ignored),
        "notes": note_messages(json.loads(being.notes)),
        **first,
        "recalled": recalled,
        "more_recalled": being.of_recalled_lots - len(recalled),
        "more_refused": being.refused - len(first[REFUSED]),
        "more_changed": being.changed - len(first[CHANGED]),
        "more_new": being.new - len(first[NEW]),
    }
