"""Batches that have left the shelf, and rows that would write a new delivery over an old one."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ...models import Batch, Removal
from ...models.case_folding import looked_for


def departures(batch: Batch, today: date) -> list[str]:
    """A sentence for each thing that keeps a batch from being sold; none while it may be."""
    days = {
        _("Batch %(batch)s was recalled on %(day)s."): batch.recalled_at
        and timezone.localdate(batch.recalled_at),
        removal_message(batch): batch.removed_on,
        _("Batch %(batch)s has been expired since %(day)s."): batch.expired_from
        if batch.expired_from <= today
        else None,
    }
    return [
        message % {"batch": batch.batch_identifier, "day": date_format(day)}
        for message, day in days.items()
        if day
    ]


def removal_message(batch: Batch) -> str:
    if batch.removal == Removal.SOLD_OUT:
        return _("Batch %(batch)s is sold out since %(day)s.")
    if batch.removal == Removal.DISCARDED:
        return _("Batch %(batch)s was discarded on %(day)s.")
    return _("Batch %(batch)s left the shelf on %(day)s.")


def reasons_to_refuse(
    known: Batch, instance: Batch, changed: set[str], today: date
) -> dict[str, str]:
    """Why a row that has only the identifier of `known` may not make `instance` of it, by field.

    It may only correct what is on the shelf, and only the same delivery: one is told from the
    next by its product, its dates and its lot. Of a supplier's lot, a recall must find all batches
    that were recorded with it.
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
        return {"batch_identifier": " ".join(gone)}
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
    was_supplier = looked_for(known.supplier)
    if was_lot and was_supplier and was_supplier != looked_for(instance.supplier):
        message = _("Batch %(batch)s is from the supplier %(supplier)s.")
        return {"supplier": message % {**about, "supplier": known.supplier}}
    return {}
