"""Which batches a list shows: by what they are, and by what is typed."""

from contextlib import suppress
from datetime import date
from functools import reduce
from operator import or_

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..models import Batch
from ..models.batch_queryset import BatchQuerySet
from ..models.case_folding import beginning_with, looked_for
from ..rules.batch_code import read_code
from ..rules.shelf_life import Status
from .form_fields import day_or_none, product_or_all

SELL_FIRST = "sell-first"
LATELY = 5_000  # batches, the newest
OFTEN = 100  # of them
MANY = 20_000  # batches, which take longer to sort than a page takes to show


class FilterForm(forms.Form):
    """Narrows the list of batches; a choice that makes no sense is named and left out."""

    search = forms.CharField(
        label=_("Identifier, code, supplier, lot or date"), max_length=120, required=False
    )
    product = product_or_all()
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            ("", _("Every status")),
            *Status.choices[:-1],
            (SELL_FIRST, _("To sell first")),
            *Status.choices[-1:],
        ],
        required=False,
        error_messages={"invalid_choice": _("There is no such status.")},
    )
    shelf = forms.ChoiceField(
        label=_("Shelf"),
        choices=[
            ("", _("On the shelf or not")),
            ("on", _("On the shelf")),
            ("off", _("Taken off")),
        ],
        required=False,
        error_messages={"invalid_choice": _("There is no such choice.")},
    )
    arrived_from = day_or_none(_("Arrived from"))
    arrived_to = day_or_none(_("Arrived up to"))

    LOOK_UPS = {
        "product": "product",
        "arrived_from": "arrival_date__gte",
        "arrived_to": "arrival_date__lte",
    }

    def apply(self, batches: BatchQuerySet, today: date) -> BatchQuerySet:
        """Of `batches`, which stand newest first, those that are chosen."""
        self.full_clean()
        chosen = self.cleaned_data
        if chosen.get("search"):
            meant, is_often = search_query(chosen["search"])
            batches = batches.filter(meant)
            batches = batches if is_often else batches.sorted_newest_first()
        if chosen.get("shelf"):
            batches = batches.filter(removed_on__isnull=chosen["shelf"] == "on")
        for name, look_up in self.LOOK_UPS.items():
            if chosen.get(name):
                batches = batches.filter(**{look_up: chosen[name]})
        if chosen.get("status"):
            batches = of_status(batches, chosen["status"], today)
        return batches

    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())


def of_status(batches: BatchQuerySet, status: str, today: date) -> BatchQuerySet:
    if status == SELL_FIRST:
        return batches.not_expired(today).to_sell_first(today)
    found = batches.with_status(Status(status), today)
    return found if status in (Status.EXPIRED, Status.RECALLED) else found.not_expired(today)


def search_query(text: str) -> tuple[Q, bool]:
    """Those that somebody means who types `text`: by identifier, code, supplier, lot or a date;
    and whether they are many, and often among the newest.

    If they are, they are asked for so that no index has them: who reads from the newest on has a
    page of them soon. Else each way has its own index.
    """
    lately = mentioned_lately(text)
    begins = [beginning_with(name, text) for name in Batch.FOLDED]
    is_often = len(lately) >= OFTEN and any(map(are_many, begins))
    if is_often:
        begins = [Q(**{f"{name}__startswith": looked_for(text)}) for name in Batch.FOLDED]
    return reduce(or_, [*begins, Q(pk__in=lately), *exactly(text)]), is_often


def are_many(way: Q) -> bool:
    return Batch.objects.filter(way)[MANY : MANY + 1].exists()


def exactly(text: str) -> list[Q]:
    ways = []
    if code := read_code(text):
        ways.append(Q(pk=code))
    with suppress(ValueError):
        day = date.fromisoformat(text)
        ways += [Q(butcher_date=day), Q(arrival_date=day), Q(use_by=day)]
    return ways


def mentioned_lately(text: str) -> list[str]:
    """In the middle of a word, too: in all that a small shop has, and the newest of a large one."""
    wanted = looked_for(text)
    newest = Batch.objects.newest_first().values_list("pk", *Batch.FOLDED)[:LATELY]
    return [code for code, *texts in newest if any(wanted in it for it in texts)]
