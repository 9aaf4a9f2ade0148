"""What happened to a batch or a product, told in sentences."""

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
class Event:
    """`version` is what was kept of a change; labels that are printed change nothing."""

    when: datetime
    sentences: list[str]
    version: Any = None


def history_of(model: type[Batch | Product], key: Any) -> list[Event]:
    """All that happened to one, the latest first; in a constant number of queries.

    Of a batch that was deleted the labels are gone with it, but for how many were out.
    """
    versions = model.history.filter(**{model._meta.pk.attname: key})
    told = change_entries(list(versions.select_related("history_user").order_by("-history_id")))
    if model is Batch:
        printed = PrintedLabels.objects.filter(batch=key)
        printed = printed.select_related("run__printed_by", "gone_by")
        told += [*told_printed(printed), *told_gone(printed)]
    return sorted(told, key=lambda event: event.when, reverse=True)


def change_entries(versions: list[Any]) -> list[Event]:
    """What each version changed; they come the latest first, and the oldest begins the story."""
    keys = [version.product_id for version in versions if hasattr(version, "product_id")]
    names = dict(Product.objects.filter(pk__in=keys).values_list("pk", "name"))
    told = [
        Event(version.history_date, sentences(version, before, names), version)
        for version, before in zip(versions, [*versions, None][1:], strict=True)
    ]
    return [event for event in told if event.sentences]


def sentences(version: Any, before: Any, names: Mapping[int, str]) -> list[str]:
    """What `version` changed of the one before it."""
    who = in_its_own_direction(str(version.history_user or _("Somebody")))
    why = [*filter(None, [version.history_change_reason])]
    if version.history_type == "-":
        return [_("%(who)s deleted it.") % {"who": who}, *why]
    if before is None or version.history_type == "+":
        recorded = _("%(who)s recorded it.") % {"who": who}
        already = [tell_together(it, version, who) for it in TOGETHER if getattr(version, it, None)]
        return [recorded, *already, *why]
    changed = {
        field.name
        for field in version.tracked_fields
        if getattr(before, field.attname) != getattr(version, field.attname)
    }
    untold = {name for name in changed if FOLLOWS.get(name, set()) & changed}
    for first in changed & {*TOGETHER}:
        untold |= TOGETHER[first] if is_filled_in_or_emptied(first, before, version) else set()
    in_order = [field.name for field in version.tracked_fields if field.name in changed - untold]
    told = [sentence(name, before, version, who, names) for name in in_order]
    is_told = "recalled_at" in changed  # why a recall was released is in its sentence
    return told if is_told else [*told, *why]


def is_filled_in_or_emptied(name: str, before: Any, after: Any) -> bool:
    return (getattr(before, name) is None) != (getattr(after, name) is None)


def sentence(name: str, before: Any, after: Any, who: str, names: Mapping[int, str]) -> str:
    if name in TOGETHER and is_filled_in_or_emptied(name, before, after):
        return tell_together(name, after, who)
    was, now = (value(it, name, names) for it in (before, after))
    whole = EMPTIED.get(name) if not now else FILLED_IN.get(name) if not was else MOVED.get(name)
    general = _("%(who)s changed “%(field)s” from “%(before)s” to “%(after)s”.")
    words = {
        "who": who,
        "field": after._meta.get_field(name).verbose_name,
        "before": in_short(was, now),
        "after": in_text(now),
    }
    return str(whole or general) % words


def value(version: Any, name: str, names: Mapping[int, str]) -> Any:
    if name == "product":
        return names.get(version.product_id) or _("a product that was deleted")
    field = version._meta.get_field(name)
    stored = getattr(version, field.attname)
    return dict(field.flatchoices).get(stored, stored)


def in_short(was: Any, now: Any) -> str:
    """A day of the same month as the one it was moved to by its number alone."""
    if isinstance(was, date) and isinstance(now, date) and was.replace(day=1) == now.replace(day=1):
        return date_format(was, "j")
    return in_text(was)


def in_text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, Decimal):
        value = plain(value)
    return in_its_own_direction(str(localize(value))) if value not in (None, "") else _("nothing")


def in_its_own_direction(text: str) -> str:
    """Kept apart, where it is written from right to left, from the sentence that it stands in."""
    is_mixed = any(bidirectional(letter) in ("R", "AL") for letter in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if is_mixed else text


def tell_together(first: str, after: Any, who: str) -> str:
    return (of_removal if first == "removed_on" else of_recall)(after, who)


def of_removal(after: Any, who: str) -> str:
    reason = in_its_own_direction(after.removal_reason.rstrip("."))
    words: dict[str, object] = {"who": who, "reason": reason}
    if after.removed_on is None:
        return _("%(who)s put it back on the shelf.") % words
    if after.removal == Removal.SOLD_OUT:
        return _("%(who)s took it off the shelf: sold out.") % words
    if after.removal == Removal.DISCARDED and after.discarded_weight:
        words["weight"] = localize(plain(after.discarded_weight))
        return _("%(who)s discarded it, %(weight)s kg: %(reason)s.") % words
    if after.removal == Removal.DISCARDED:
        return _("%(who)s discarded it: %(reason)s.") % words
    if after.removal_reason:
        return _("%(who)s took it off the shelf: %(reason)s.") % words
    return _("%(who)s took it off the shelf.") % words


def plain(weight: Decimal) -> Decimal:
    """Without zeros at its end."""
    return Decimal(f"{weight:f}".rstrip("0").rstrip("."))


def of_recall(after: Any, who: str) -> str:
    if after.recalled_at:
        words = {"who": who, "reason": in_its_own_direction(after.recall_reason)}
        return _("%(who)s recalled it: %(reason)s") % words
    if after.history_change_reason:
        words = {"who": who, "reason": in_its_own_direction(after.history_change_reason)}
        return _("%(who)s released it from its recall: %(reason)s") % words
    return _("%(who)s released it from its recall.") % {"who": who}


def told_printed(printed: Iterable[PrintedLabels]) -> Iterable[Event]:
    for it in printed:
        words = ngettext(
            "%(who)s printed %(count)d label.", "%(who)s printed %(count)d labels.", it.copies
        )
        words %= {"who": in_its_own_direction(str(it.run.printed_by)), "count": it.copies}
        yield Event(it.run.printed_at, [words])


def told_gone(printed: Iterable[PrintedLabels]) -> Iterable[Event]:
    """Those that went in one moment, as one."""
    gone: Counter[tuple[datetime, str]] = Counter()
    for it in printed:
        if it.gone_at:
            gone[it.gone_at, str(it.gone_by or _("Somebody"))] += it.copies
    for (when, who), count in gone.items():
        words = ngettext(
            "%(who)s noted that %(count)d wrong label is gone.",
            "%(who)s noted that %(count)d wrong labels are gone.",
            count,
        )
        yield Event(when, [words % {"who": in_its_own_direction(who), "count": count}])
