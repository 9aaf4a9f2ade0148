"""Recalling batches, and the record of each recall."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit_log import Event, record
from accounts.permissions import may_release_recalls, staff_required
from freshness.http.transactions import all_or_nothing
from freshness.tables.response import table

from ..listing.pagination import Page
from ..listing.selection import named_codes
from ..models import Batch, Recall, RecalledBatch
from ..models.batch_queryset import BatchQuerySet
from ..models.bulk import all_of
from ..models.recall_lock import take_recall_lock
from .forms import CriteriaForm, ReasonForm, ReleaseForm, criteria_in_words

MOST_SHOWN = 1000  # batches on the page of a recall, and before it; its table has all


@dataclass(frozen=True)
class Matching:
    """The batches that a recall would be of, and those that are recalled already.

    Where they are `held`, nobody else recalls, changes or deletes one until the transaction ends.
    """

    batches: BatchQuerySet
    asked_for: dict[str, str]
    held: bool

    @cached_property
    def codes(self) -> list[str]:
        batches = self.batches.filter(recalled_at=None).order_by("pk")
        return list((batches.locked() if self.held else batches).values_list("pk", flat=True))

    @property
    def fingerprint(self) -> str:
        """By which it is told that what is recalled is what was shown."""
        return sha256(" ".join(self.codes).encode()).hexdigest()

    @cached_property
    def recalled_already(self) -> int:
        return self.batches.exclude(recalled_at=None).count()

    @cached_property
    def off_the_shelf(self) -> int:
        return self.batches.filter(recalled_at=None).exclude(removed_on=None).count()

    @cached_property
    def labels(self) -> int:
        """How many of their labels may be on packs."""
        out = Q(printed_labels__gone_at=None)
        summed = self.batches.filter(recalled_at=None).aggregate(
            labels=Sum("printed_labels__copies", filter=out)
        )
        return summed["labels"] or 0

    def shown(self) -> BatchQuerySet:
        batches = self.batches.filter(recalled_at=None).select_related("product")
        return batches.newest_first()[:MOST_SHOWN]

    @property
    def beyond(self) -> int:
        return max(0, len(self.codes) - MOST_SHOWN)


def matching(form: CriteriaForm, codes: list[str], held: bool) -> Matching | None:
    """Those that are named by their codes or, where none is, by what is filled in."""
    if codes:
        return Matching(Batch.objects.filter(pk__in=codes), {}, held)
    return Matching(form.batches(), form.asked_for(), held) if form.is_valid() else None


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
@all_or_nothing
def add_recall(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """First which batches, then those that match, then why: and they are recalled."""
    if request.method == "POST":
        take_recall_lock()  # before they are looked for, so that none is saved meanwhile
    given = request.POST if request.method == "POST" else request.GET
    codes = [code] if code else named_codes(given)
    is_asked = request.method == "POST" or any(name in given for name in CriteriaForm.base_fields)
    criteria = CriteriaForm(given if is_asked and not codes else None)
    found = matching(criteria, codes, held=request.method == "POST")
    reason = ReasonForm(request.POST if request.method == "POST" else None)
    has_changed = request.method == "POST" and found and given.get("shown") != found.fingerprint
    if found and found.codes and not has_changed and reason.is_valid():
        return redirect(begin(request, found, reason.cleaned_data["recall_reason"]))
    context = {
        "criteria": criteria,
        "codes": codes,
        "found": found,
        "form": reason if found else criteria,
        "has_changed": has_changed,
        "suppliers": suppliers(),
    }
    is_wrong = request.method == "POST" or criteria.errors
    status = 409 if has_changed else 422 if is_wrong else 200
    return render(request, "batches/recalls/add.html", context, status=status)


def suppliers() -> list[str]:
    """Those of late, to choose from."""
    names = Batch.objects.exclude(supplier="").newest_first().values_list("supplier", flat=True)
    return sorted({*names[:1000]})


def begin(request: HttpRequest, found: Matching, reason: str) -> Recall:
    recall = Recall.begin(
        found.codes,
        reason,
        request.user,  # type: ignore[arg-type] # staff_required: an account
        found.asked_for,
    )
    record(Event.RECALLED, request, recall=recall.pk, reason=reason, batches=len(found.codes))
    message = ngettext(
        "%(count)d batch is recalled. Its report says so now; take it off the shelf.",
        "%(count)d batches are recalled. Their reports say so now; take them off the shelf.",
        len(found.codes),
    )
    messages.success(request, message % {"count": len(found.codes)})
    return recall


@staff_required
@require_safe
def recalls(request: HttpRequest) -> HttpResponse:
    standing = Count("batches", filter=Q(batches__released_at=None))
    every = Recall.objects.select_related("recalled_by").annotate(
        count=Count("batches"), standing=standing
    )
    newest_first = Recall.objects.order_by("-recalled_at", "-pk")
    page = Page.from_query(newest_first, ["recalled_at", "pk"], request.GET, every)
    return render(request, "batches/recalls/list.html", {"page": page})


@staff_required
@require_safe
def show_recall(request: HttpRequest, number: int) -> HttpResponse:
    return recall_page(request, number, ReleaseForm())


def recall_page(request: HttpRequest, number: int, form: ReleaseForm) -> HttpResponse:
    recall = get_object_or_404(Recall.objects.select_related("recalled_by"), pk=number)
    batches = recall.batches.all()
    totals = batches.aggregate(
        count=Count("pk"), labels=Sum("labels"), standing=Count("pk", filter=Q(released_at=None))
    )
    still_recalled = batches.standing().values("code")
    context = {
        "on_shelf": Batch.objects.not_removed().filter(pk__in=still_recalled).count(),
        "recall": recall,
        "criteria": criteria_in_words(recall.criteria()),
        "batches": batches.select_related("released_by")[:MOST_SHOWN],
        "beyond": max(0, totals["count"] - MOST_SHOWN),
        "ticked": named_codes(request.POST),
        "may_release": may_release_recalls(request.user),
        "form": form,
        **totals,
    }
    status = 422 if form.is_bound else 200
    return render(request, "batches/recalls/recall.html", context, status=status)


@staff_required
@require_POST
def release(request: HttpRequest, number: int) -> HttpResponse:
    """Ends the recall of the ticked batches, or of all of them."""
    if not may_release_recalls(request.user):
        raise PermissionDenied
    form = ReleaseForm(request.POST)
    codes = named_codes(request.POST)
    is_all = request.POST.get("do") == "all"
    if form.is_valid() and not (codes or is_all):
        message = _("You ticked no batch. Tick some, or release all.")
        form.add_error(None, ValidationError(message, code="none"))
    if not form.is_valid():
        return recall_page(request, number, form)
    recall = get_object_or_404(Recall, pk=number)
    batches = recall.batches.all() if is_all else recall.batches.filter(code__in=codes)
    reason = form.cleaned_data["release_reason"]
    released = batches.release(request.user, reason)  # type: ignore[arg-type] # an account
    if released:
        record(
            Event.RECALL_RELEASED, request, recall=recall.pk, reason=reason, batches=len(released)
        )
        message = ngettext(
            "%(count)d batch is released from its recall.",
            "%(count)d batches are released from their recall.",
            len(released),
        )
        messages.success(request, message % {"count": len(released)})
    else:
        messages.info(request, _("Those are released already."))
    return redirect(recall)


@staff_required
@require_safe
def download_recall(request: HttpRequest, number: int) -> HttpResponseBase:
    """The whole record as a table."""
    recall = get_object_or_404(Recall, pk=number)
    copied = ("code", "product", *RecalledBatch.COPIED, "labels")
    columns: dict[str, Any] = {it: it for it in copied} | {
        "recall_reason": "recall__reason",
        "recalled_at": unless_left_on_shelf("joined_at", "recall__recalled_at"),
        "recalled_by": unless_left_on_shelf(
            "joined_by__full_name", "recall__recalled_by__full_name"
        ),
        "released_at": "released_at",
        "released_by": "released_by__full_name",
        "release_reason": "release_reason",
    }
    rows = all_of(recall.batches.values_list(*columns.values()))
    return table(request, f"recall-{recall.pk}", list(columns), rows)


def unless_left_on_shelf(of_joined: str, of_recall: str) -> Case:
    """Of a batch that joined later what is so of it, of others what is so of the whole recall."""
    left_on_shelf = When(joined_at=F("released_at"), then=Value(None))
    return Case(left_on_shelf, default=Coalesce(of_joined, of_recall))
