from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required
from freshness.http.transactions import all_or_nothing

from ..labels.print_job import MOST_LABELS
from ..listing.filters import FilterForm
from ..listing.form_fields import save_unless_taken
from ..listing.pagination import Page
from ..models import Batch, Recall
from ..models.batch_queryset import BY_ARRIVAL
from ..models.recall_lock import share_recall_lock
from ..models.recalled_lots import recall_of_other_batches
from ..recalls.lot_question import question_about, tell_of_recall
from ..report.timeline import Timeline
from ..scans.views import last_days_of
from ..shop_clock import shop_day, shop_today
from .edit_conflict import conflict, version_of
from .forms import BatchForm
from .history import HistoryEntry, history_of

ENTRIES_AT_FIRST = 20  # of a batch's history


@staff_required
@require_safe
def list_batches(request: HttpRequest) -> HttpResponse:
    filters = FilterForm(request.GET)
    batches = Batch.objects.select_related("product").prefetch_related("printed_labels")
    chosen = filters.apply(Batch.objects.newest_first(), shop_today())
    page = Page.from_query(chosen, BY_ARRIVAL, request.GET, batches)
    context = {"filters": filters, "page": page, "is_narrowed": filters.is_narrowed()}
    return render(
        request, "batches/register/list.html", context, status=422 if filters.errors else 200
    )


@staff_required
@require_safe
def show_batch(request: HttpRequest, code: str) -> HttpResponse:
    batches = Batch.objects.select_related("product", "created_by")
    batch = batches.prefetch_related("printed_labels__run__printed_by").filter(pk=code).first()
    history = history_of(Batch, code)
    if batch is None:
        return deleted_batch(request, code, history)
    today = shop_today()
    wrong_labels = batch.wrong_labels()
    wrong_copies = sum(printed.copies for printed in wrong_labels)
    lot_recall = recall_of_other_batches(batch)
    context = {
        "batch": batch,
        "today": today,
        "timeline": None
        if batch.recalled_at
        else Timeline.from_shelf_life(batch.arrival_date, batch.shelf_life(), today),
        "wrong_labels": wrong_labels,
        "wrong_copies": wrong_copies,
        "to_print": min(wrong_copies, MOST_LABELS),
        "history": history if request.GET.get("history") else history[:ENTRIES_AT_FIRST],
        "earlier": 0 if request.GET.get("history") else max(0, len(history) - ENTRIES_AT_FIRST),
        "recall": Recall.objects.filter(batches__code=batch.pk, batches__released_at=None).first(),
        "lot_recall": lot_recall,
        "left_on_shelf": lot_recall and lot_recall.batches.filter(code=batch.pk).first(),
        "scans": last_days_of(batch),
        "labels_printed": sum(printed.copies for printed in batch.printed_labels.all()),
    }
    return render(request, "batches/register/batch.html", context)


def deleted_batch(request: HttpRequest, code: str, history: list[HistoryEntry]) -> HttpResponse:
    last = Batch.history.filter(id=code).order_by("-history_id").first()
    if last is None or last.history_type != "-":
        raise Http404
    context = {"batch": last.batch_identifier, "history": history}
    return render(request, "batches/register/deleted.html", context, status=404)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
@all_or_nothing
def add_batch(request: HttpRequest) -> HttpResponse:
    batch = Batch(created_by=request.user)  # type: ignore[misc] # staff_required: an account
    if request.method == "POST":
        return save_new_batch(request, BatchForm(request.POST, instance=batch))
    _now, today, is_certain = shop_day()
    suggested = {
        "arrival_date": today,
        "batch_identifier": Batch.objects.next_identifier(today),
    }
    form = BatchForm(instance=batch, initial=suggested if is_certain else {})
    return render(request, "batches/register/add.html", {"form": form})


def save_new_batch(request: HttpRequest, form: BatchForm) -> HttpResponse:
    """Save it and show it; or say what is wrong, or ask what becomes of it."""
    share_recall_lock()
    batch, is_valid = form.instance, form.is_valid()
    question = question_about(request, batch)
    if is_valid and (not question or question.is_answered) and save_unless_taken(form):
        if not tell_of_recall(request, batch, question):
            messages.success(request, _("Batch %(batch)s is on the shelf.") % {"batch": batch})
        return redirect(batch)
    context = {
        "form": form,
        "question": question,
        "saved": form.saved_before() if form.errors else None,
    }
    status = question.status if question and not form.errors else 422
    return render(request, "batches/register/add.html", context, status=status)


@staff_required
@require_POST
def check_batch(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """What BatchForm would say, by field, to what is typed so far; nothing is saved."""
    batch = get_object_or_404(Batch, pk=code) if code else Batch()
    return JsonResponse(BatchForm(request.POST, instance=batch).errors)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
@all_or_nothing
def edit_batch(request: HttpRequest, code: str) -> HttpResponse:
    if request.method == "POST":
        share_recall_lock()
    batch = Batch.objects.locked().select_related("product").filter(pk=code).first()
    if batch is None:
        return edited_what_is_deleted(request, code)
    context = {
        "batch": batch,
        "title": str(batch),  # a refused form has changed the batch it was given
        "labels_out": batch.labels_out(),
        "version": version_of(batch),
    }
    if request.method == "POST":
        return save_edited_batch(request, batch, context)
    return render(
        request, "batches/register/edit.html", context | {"form": BatchForm(instance=batch)}
    )


def save_edited_batch(request: HttpRequest, batch: Batch, context: dict[str, Any]) -> HttpResponse:
    """Save what was typed and show it; or say what is wrong, or ask what becomes of the batch."""
    between = conflict(batch, request.POST, BatchForm(instance=batch))
    form = BatchForm(between.data if between else request.POST, instance=batch)
    is_valid = form.is_valid() and not between
    question = question_about(request, batch)
    if is_valid and (not question or question.is_answered) and save_unless_taken(form):
        if not tell_of_recall(request, batch, question):
            messages.success(request, _("Batch %(batch)s is changed.") % {"batch": batch})
        return redirect(batch)
    context |= {"form": form, "conflict": between, "question": question}
    status = 409 if between else question.status if question and not form.errors else 422
    return render(request, "batches/register/edit.html", context, status=status)


def edited_what_is_deleted(request: HttpRequest, code: str) -> HttpResponse:
    """What was typed is not lost with the batch: it can be recorded as a new one."""
    deletions = Batch.history.filter(id=code, history_type="-").select_related("history_user")
    deletion = deletions.first()
    if request.method != "POST" or deletion is None:
        raise Http404
    context = {"form": BatchForm(request.POST, instance=Batch()), "deletion": deletion}
    return render(request, "batches/register/add.html", context, status=409)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
@all_or_nothing
def delete_batch(request: HttpRequest, code: str) -> HttpResponse:
    batch = Batch.objects.locked().select_related("product").filter(pk=code).first()
    if batch is None:
        return deleted_batch(request, code, history_of(Batch, code))
    if request.method == "POST" and not batch.recalled_at:
        batch.delete()
        messages.success(request, _("Batch %(batch)s is deleted.") % {"batch": batch})
        return redirect("portal")
    status = 409 if request.method == "POST" else 200
    return render(request, "batches/register/delete.html", {"batch": batch}, status=status)
