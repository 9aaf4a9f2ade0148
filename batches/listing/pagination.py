"""Long lists in pages, each of which begins beside a row of its neighbour: the last costs no more
than the first, and what comes in meanwhile moves none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Model, QuerySet

ROWS_ON_A_PAGE = 25
MOST_LETTERS = 16  # of a key


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and whether there are others on either side."""

    rows: list[Any]
    has_newer: bool
    has_older: bool

    @property
    def is_all(self) -> bool:
        return not (self.has_newer or self.has_older)

    @classmethod
    def from_query(
        cls,
        chosen: QuerySet[Any],
        fields: Sequence[str],
        given: Mapping[str, str],
        rows: QuerySet[Any],
    ) -> Self:
        """Those after the row that `after` names, or before the one of `before`; else the newest.

        Of `chosen`, which stand newest first by `fields`, of which no two have the same. They are
        read from `rows`, which may have all.
        """
        if mark := named(chosen.model, given.get("after", "")):
            found = beyond(mark, chosen.reverse(), fields, "gt")
            if len(found) > ROWS_ON_A_PAGE:
                found = found[ROWS_ON_A_PAGE - 1 :: -1]
                return cls(read(rows, found), has_newer=True, has_older=True)
        mark = named(chosen.model, given.get("before", ""))
        found = beyond(mark, chosen, fields, "lt") if mark else []
        has_newer = bool(found)
        found = found or first_keys(chosen, ROWS_ON_A_PAGE + 1)
        has_older = len(found) > ROWS_ON_A_PAGE
        return cls(read(rows, found[:ROWS_ON_A_PAGE]), has_newer, has_older)


def named(model: type[Model], key: str) -> Model | None:
    """The row of this key; None where there is none, or none any more."""
    is_plausible = key.isascii() and key.isalnum() and len(key) <= MOST_LETTERS
    is_number = model._meta.pk.get_internal_type().endswith("AutoField")
    if not is_plausible or (is_number and not key.isdecimal()):
        return None
    return model._default_manager.filter(pk=key).first()


def beyond(mark: Model, chosen: QuerySet[Any], fields: Sequence[str], order: str) -> list[Any]:
    """One key more than a page has, of those that come after `mark` in their order.

    Asked piece by piece, each a stretch of an index, though thousands be of one day or moment.
    """
    found: list[Any] = []
    for place in reversed(range(len(fields))):
        same = {name: getattr(mark, name) for name in fields[:place]}
        next_ones = {f"{fields[place]}__{order}": getattr(mark, fields[place])}
        found += first_keys(chosen.filter(**same, **next_ones), ROWS_ON_A_PAGE + 1 - len(found))
    return found


def first_keys(chosen: QuerySet[Any], most: int) -> list[Any]:
    """Where thousands must be sorted, keys alone are sorted sooner."""
    return list(chosen.values_list("pk", flat=True)[:most])


def read(rows: QuerySet[Any], keys: list[Any]) -> list[Any]:
    """Those that are still there, in the order of the keys."""
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]
