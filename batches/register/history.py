"""The history of a batch or a product, in sentences."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import bidirectional

from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import Batch, PrintedLabels, Product, Removal

# What of a batch follows from other fields, and is not told where one of those is.
TURNS = {"product", "arrival_date", "use_by"}
FOLLOWS = {
    "fresh_days": {"product"},
    "caution_days": {"product"},
    "caution_from": TURNS,
    "expired_from": TURNS,
}
# What is told together, where the first of them is filled in or emptied.
TOGETHER = {
    "removed_on": {"removal", "removal_reason", "discarded_weight"},
    "recalled_at": {"recall_reason"},
}

# Of each field: how it is told that it changed, was filled in, and was emptied.
MOVED = {
    "product": gettext_lazy("%(who)s changed the product from %(before)s to %(after)s."),
    "batch_identifier": gettext_lazy(
        "%(who)s changed the identifier from %(before)s to %(after)s."
    ),
    "butcher_date": gettext_lazy("%(who)s moved the butcher date from %(before)s to %(after)s."),
    "arrival_date": gettext_lazy("%(who)s moved the arrival date from %(before)s to %(after)s."),
    "use_by": gettext_lazy("%(who)s moved the use-by date from %(before)s to %(after)s."),
    "supplier": gettext_lazy("%(who)s changed the supplier from %(before)s to %(after)s."),
    "supplier_lot": gettext_lazy(
        "%(who)s changed the supplier’s lot from %(before)s to %(after)s."
    ),
}
FILLED_IN = {
    "use_by": gettext_lazy("%(who)s entered the use-by date: %(after)s."),
    "supplier": gettext_lazy("%(who)s entered the supplier: %(after)s."),
    "supplier_lot": gettext_lazy("%(who)s entered the supplier’s lot: %(after)s."),
}
EMPTIED = {
    "use_by": gettext_lazy("%(who)s removed the use-by date, which was %(before)s."),
    "supplier": gettext_lazy("%(who)s removed the supplier, which was %(before)s."),
    "supplier_lot": gettext_lazy("%(who)s removed the supplier’s lot, which was %(before)s."),
}


@dataclass(frozen=True)
class HistoryEntry:
    """What somebody did at one moment. `version` is the stored one; None for printed labels."""

    when: datetime
    sentences: list[str]
    version: Any = None


def history_of(model: type[Batch | Product], key: Any) -> list[HistoryEntry]:
    """Return the entries of one batch or product, the latest first, in a fixed number of queries.

    The labels of a deleted batch are deleted with it; how many were out stays in the last entry.
    """
    versions = model.history.filter(**{model._meta.pk.attname: key})
    entries = change_entries(list(versions.select_related("history_user").order_by("-history_id")))
    if model is Batch:
        printed = PrintedLabels.objects.filter(batch=key)
        printed = printed.select_related("run__printed_by", "gone_by")
        entries += [*printed_entries(printed), *gone_entries(printed)]
    return sorted(entries, key=lambda entry: entry.when, reverse=True)


def change_entries(versions: list[Any]) -> list[HistoryEntry]:
    """Return what each version changed of the one before it; `versions` are the latest first."""
    keys = [version.product_id for version in versions if hasattr(version, "product_id")]
    names = dict(Product.objects.filter(pk__in=keys).values_list("pk", "name"))
    entries = [
        HistoryEntry(version.history_date, sentences(version, before, names), version)
        for version, before in zip(versions, [*versions, None][1:], strict=True)
    ]
    return [entry for entry in entries if entry.sentences]


def sentences(version: Any, before: Any, names: Mapping[int, str]) -> list[str]:
    """Return what `version` changed of the one before it."""
    who = isolated(str(version.history_user or _("Somebody")))
    why = [*filter(None, [version.history_change_reason])]
    if version.history_type == "-":
        return [_("%(who)s deleted it.") % {"who": who}, *why]
    if before is None or version.history_type == "+":
        recorded = _("%(who)s recorded it.") % {"who": who}
        filled = [name for name in TOGETHER if getattr(version, name, None)]
        already = [joint_sentence(name, version, who) for name in filled]
        return [recorded, *already, *why]
    changed = {
        field.name
        for field in version.tracked_fields
        if getattr(before, field.attname) != getattr(version, field.attname)
    }
    implied = {name for name in changed if FOLLOWS.get(name, set()) & changed}
    for first in changed & {*TOGETHER}:
        implied |= TOGETHER[first] if is_filled_or_emptied(first, before, version) else set()
    in_order = [field.name for field in version.tracked_fields if field.name in changed - implied]
    changes = [sentence(name, before, version, who, names) for name in in_order]
    has_reason = "recalled_at" in changed  # why a recall was released is in its sentence
    return changes if has_reason else [*changes, *why]


def is_filled_or_emptied(name: str, before: Any, after: Any) -> bool:
    return (getattr(before, name) is None) != (getattr(after, name) is None)


def sentence(name: str, before: Any, after: Any, who: str, names: Mapping[int, str]) -> str:
    if name in TOGETHER and is_filled_or_emptied(name, before, after):
        return joint_sentence(name, after, who)
    was, now = value(before, name, names), value(after, name, names)
    whole = EMPTIED.get(name) if not now else FILLED_IN.get(name) if not was else MOVED.get(name)
    general = _("%(who)s changed “%(field)s” from “%(before)s” to “%(after)s”.")
    params = {
        "who": who,
        "field": after._meta.get_field(name).verbose_name,
        "before": earlier_text(was, now),
        "after": as_text(now),
    }
    return str(whole or general) % params


def value(version: Any, name: str, names: Mapping[int, str]) -> Any:
    if name == "product":
        return names.get(version.product_id) or _("a product that was deleted")
    field = version._meta.get_field(name)
    stored = getattr(version, field.attname)
    return dict(field.flatchoices).get(stored, stored)


def earlier_text(was: Any, now: Any) -> str:
    """A day of the same month as the one it was moved to by its number alone."""
    if isinstance(was, date) and isinstance(now, date) and was.replace(day=1) == now.replace(day=1):
        return date_format(was, "j")
    return as_text(was)


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, Decimal):
        value = without_trailing_zeros(value)
    return isolated(str(localize(value))) if value not in (None, "") else _("nothing")


def isolated(text: str) -> str:
    """Kept apart, where it is written from right to left, from the sentence that it stands in."""
    is_mixed = any(bidirectional(letter) in ("R", "AL") for letter in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if is_mixed else text


def joint_sentence(first: str, after: Any, who: str) -> str:
    return (removal_sentence if first == "removed_on" else recall_sentence)(after, who)


def removal_sentence(after: Any, who: str) -> str:
    reason = isolated(after.removal_reason.rstrip("."))
    params: dict[str, object] = {"who": who, "reason": reason}
    if after.removed_on is None:
        return _("%(who)s put it back on the shelf.") % params
    if after.removal == Removal.SOLD_OUT:
        return _("%(who)s took it off the shelf: sold out.") % params
    if after.removal == Removal.DISCARDED and after.discarded_weight:
        params["weight"] = localize(without_trailing_zeros(after.discarded_weight))
        return _("%(who)s discarded it, %(weight)s kg: %(reason)s.") % params
    if after.removal == Removal.DISCARDED:
        return _("%(who)s discarded it: %(reason)s.") % params
    if after.removal_reason:
        return _("%(who)s took it off the shelf: %(reason)s.") % params
    return _("%(who)s took it off the shelf.") % params


def without_trailing_zeros(weight: Decimal) -> Decimal:
    """Without zeros at its end."""
    return Decimal(f"{weight:f}".rstrip("0").rstrip("."))


def recall_sentence(after: Any, who: str) -> str:
    if after.recalled_at:
        params = {"who": who, "reason": isolated(after.recall_reason)}
        return _("%(who)s recalled it: %(reason)s") % params
    if after.history_change_reason:
        params = {"who": who, "reason": isolated(after.history_change_reason)}
        return _("%(who)s released it from its recall: %(reason)s") % params
    return _("%(who)s released it from its recall.") % {"who": who}


def printed_entries(printed: Iterable[PrintedLabels]) -> Iterable[HistoryEntry]:
    for labels in printed:
        message = ngettext(
            "%(who)s printed %(count)d label.", "%(who)s printed %(count)d labels.", labels.copies
        )
        params = {"who": isolated(str(labels.run.printed_by)), "count": labels.copies}
        yield HistoryEntry(labels.run.printed_at, [message % params])


def gone_entries(printed: Iterable[PrintedLabels]) -> Iterable[HistoryEntry]:
    """Those that went in one moment, as one."""
    gone: Counter[tuple[datetime, str]] = Counter()
    for labels in printed:
        if labels.gone_at:
            gone[labels.gone_at, str(labels.gone_by or _("Somebody"))] += labels.copies
    for (when, who), count in gone.items():
        message = ngettext(
            "%(who)s noted that %(count)d wrong label is gone.",
            "%(who)s noted that %(count)d wrong labels are gone.",
            count,
        )
        yield HistoryEntry(when, [message % {"who": isolated(who), "count": count}])
