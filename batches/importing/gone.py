"""Batches that have left the shelf, and rows that would write a new delivery over an old one."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Batch, Removal
from ..models.folded import looked_for


def departures(batch: Batch, today: date) -> list[str]:
    """What ended the sale of a batch, each in a few words: "is sold out since 28 November"."""
    found = []
    if batch.recalled_at:
        day = timezone.localdate(batch.recalled_at)
        found.append(_("was recalled on %(day)s") % {"day": date_format(day)})
    if batch.removed_on:
        message = {
            Removal.SOLD_OUT: _("is sold out since %(day)s"),
            Removal.DISCARDED: _("was discarded on %(day)s"),
        }.get(Removal(batch.removal) if batch.removal else None, _("left the shelf on %(day)s"))  # type: ignore[arg-type]
        found.append(message % {"day": date_format(batch.removed_on)})
    if batch.expired_from <= today:
        found.append(_("has been expired since %(day)s") % {"day": date_format(batch.expired_from)})
    return found


def reasons_to_refuse(
    known: Batch, instance: Batch, changed: set[str], today: date
) -> dict[str, str]:
    """Why a row that has only the identifier of `known` may not make `instance` of it, by field.

    It may only correct what is on the shelf, and only the same delivery: one is told from the
    next by its product, its dates and its lot, and an old lot must be found when it is recalled.
    """
    what_to_do = _(
        "Give the new delivery another identifier; to correct the old batch, put its code "
        "%(code)s in the column “code”."
    ) % {"code": known.pk}
    return {
        field: f"{sentence} {what_to_do}"
        for field, sentence in differences(known, instance, changed, today).items()
    }


def differences(known: Batch, instance: Batch, changed: set[str], today: date) -> dict[str, str]:
    about: dict[str, Any] = {"batch": known.batch_identifier}
    if gone := departures(known, today):
        message = _("Batch %(batch)s %(what)s.")
        return {"batch_identifier": message % {**about, "what": gone[0]}}
    if "product" in changed:
        message = _("Batch %(batch)s is %(product)s.")
        return {"product": message % {**about, "product": known.product.name}}
    for field, message in (
        ("arrival_date", _("Batch %(batch)s arrived on %(day)s.")),
        ("butcher_date", _("The butcher date of batch %(batch)s is %(day)s.")),
    ):
        if field in changed:
            return {field: message % {**about, "day": date_format(getattr(known, field))}}
    was_lot = looked_for(known.supplier_lot)
    if was_lot and was_lot != looked_for(instance.supplier_lot):
        message = _("Batch %(batch)s is of the supplier's lot %(lot)s.")
        return {"supplier_lot": message % {**about, "lot": known.supplier_lot}}
    return {}
