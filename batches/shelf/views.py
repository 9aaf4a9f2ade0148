"""The day's work, and what is done about it: batches leave the shelf, and come back to it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required

from ..listing.selection import named_batches, named_codes
from ..models import Batch, Removal
from ..models.batch_queryset import BatchQuerySet
from ..models.recalled_lots import recall_of_other_batches
from ..shop_clock import shop_today
from .forms import RemovalForm
from .today import Day

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MOST_DIGITS = 16  # of microseconds since then: the year 2286


@staff_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    day, clock = shop_today(), timezone.localdate()
    context = {"day": Day.for_day(day), "today": day, "clock": clock}
    if clock < day:
        context["not_yet_come"] = Batch.objects.filter(arrival_date=day).first()
    return render(request, "batches/shelf/today.html", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_batches(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Takes a batch off the shelf, or several at once; those that are off already stay as they are.

    A batch that is sold out and nothing else is so at a tap; the tap can be undone.
    """
    given = request.POST if request.method == "POST" else request.GET
    batches = chosen(Batch.objects.not_removed(), [code] if code else named_codes(given))
    form = RemovalForm(
        request.POST if request.method == "POST" else None,
        batches=batches,
        initial={"removal": Removal.DISCARDED, "removal_reason": usual_reason(batches)}
        | {name: given[name] for name in ("removal",) if name in given},
    )
    if not batches:
        return render(request, "batches/shelf/nothing_to_remove.html", status=409)
    if form.is_valid():
        removed = remove(form, request)
        tell_of_removal(request, removed)
        return redirect("portal")
    context = {"form": form, "batches": batches, "reasons": usual_reasons()}
    return render(request, "batches/shelf/remove.html", context, status=422 if form.errors else 200)


def chosen(batches: BatchQuerySet, codes: list[str]) -> list[Batch]:
    return named_batches(batches.select_related("product"), codes)


def usual_reasons() -> list[str]:
    return [
        *(_("Past its shelf life"), _("Recalled"), _("Packaging damaged")),
        *(_("Cold chain broken"), _("Looks or smells off")),
    ]


def usual_reason(batches: Sequence[Batch]) -> str:
    """Why they would be discarded, where all are for the same reason."""
    past_shelf_life, recalled, *_others = usual_reasons()
    if batches and all(batch.recalled_at for batch in batches):
        return recalled
    is_expired = batches and not any(batch.may_be_sold() for batch in batches)
    return past_shelf_life if is_expired else ""


@transaction.atomic
def remove(form: RemovalForm, request: HttpRequest) -> list[Batch]:
    """Those that somebody else takes off in this moment are not among what is returned."""
    removal, reason = form.cleaned_data["removal"], form.cleaned_data["removal_reason"]
    by_weight: dict[object, list[str]] = {}
    for batch in form.batches:
        by_weight.setdefault(form.weight_of(batch), []).append(batch.pk)
    return [
        batch
        for weight, codes in by_weight.items()
        for batch in Batch.objects.filter(pk__in=codes).remove(
            request.user,  # type: ignore[arg-type] # staff_required: an account
            removal,
            reason,
            weight,  # type: ignore[arg-type] # a Decimal, or None
        )
    ]


def tell_of_removal(request: HttpRequest, removed: Sequence[Batch]) -> None:
    if not removed:
        message = _("Somebody else was quicker: that is off the shelf already.")
        messages.info(request, message)
        return
    message = _("%(batch)s is off the shelf.") % {"batch": removed[0]}
    if recalled := [batch for batch in removed if batch.recalled_at]:
        message = _("%(batch)s is off the shelf. It is recalled: %(reason)s") % {
            "batch": recalled[0],
            "reason": recalled[0].recall_reason,
        }
    if len(removed) > 1:
        many = ngettext(
            "%(count)d batch is off the shelf.",
            "%(count)d batches are off the shelf.",
            len(removed),
        )
        message = many % {"count": len(removed)}
    messages.success(request, with_undo(request, message, removed))


def with_undo(request: HttpRequest, message: str, removed: Sequence[Batch]) -> SafeString:
    """The words, and beside them a button that puts `removed` back."""
    since = (max(batch.updated_at for batch in removed) - EPOCH) // MICROSECOND
    context = {"words": message, "batches": removed, "since": since}
    return mark_safe(render_to_string("batches/shelf/_undo.html", context, request))  # noqa: S308


@staff_required
@require_POST
def restore_to_shelf(request: HttpRequest) -> HttpResponse:
    """Those that nobody has changed `since`, where that is given."""
    batches = Batch.objects.filter(pk__in=named_codes(request.POST))
    since = request.POST.get("since", "")[:MOST_DIGITS]
    if since.isdecimal():
        batches = batches.filter(updated_at__lte=EPOCH + int(since) * MICROSECOND)
    back = batches.restore_to_shelf(request.user)  # type: ignore[arg-type] # staff_required: an account
    if len(back) == 1 and back[0].recalled_at:
        message = _("%(batch)s is put back. It is recalled: %(reason)s")
        reason = back[0].recall_reason
        messages.warning(request, message % {"batch": back[0], "reason": reason})
    elif len(back) == 1:
        messages.success(request, _("%(batch)s is back on the shelf.") % {"batch": back[0]})
        warn_of_recalled_lot(request, back[0])
    elif back:
        message = ngettext(
            "%(count)d batch is back on the shelf.",
            "%(count)d batches are back on the shelf.",
            len(back),
        )
        messages.success(request, message % {"count": len(back)})
    else:
        message = _("Nothing is put back: it is on the shelf, or somebody has changed it since.")
        messages.info(request, message)
    return redirect("portal")


def warn_of_recalled_lot(request: HttpRequest, batch: Batch) -> None:
    """Say that other batches of its supplier's lot are recalled, if they are."""
    if recall := recall_of_other_batches(batch):
        message = _("Other batches of the supplier's lot %(lot)s are recalled: %(reason)s")
        messages.warning(request, message % {"lot": batch.supplier_lot, "reason": recall.reason})
