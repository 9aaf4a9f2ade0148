"""What a constraint of the database says, asked of Python: thousands of rows need no query each."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import F, Q

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def holds(condition: Any, values: Mapping[str, Any]) -> bool | None:
    """Whether it is true of `values`, by field; None where SQL would call it unknown.

    Like the database, a check constraint refuses only what is False.
    """
    if not isinstance(condition, Q):
        lookup, right = condition
        return compare(lookup, right, values)
    answers = [holds(child, values) for child in condition.children]
    decisive = condition.connector == Q.OR
    if decisive in answers:
        answer: bool | None = decisive
    else:
        answer = None if None in answers else not decisive
    return answer if answer is None or not condition.negated else not answer


def compare(lookup: str, right: Any, values: Mapping[str, Any]) -> bool | None:
    field, _, kind = lookup.partition("__")
    left = values[field]
    right = values[named(right)] if isinstance(right, F) else right
    if kind == "isnull" or (right is None and not kind):
        return (left is None) == (kind != "isnull" or right)
    return None if left is None or right is None else COMPARE[kind or "exact"](left, right)


def fields_of(condition: Any) -> set[str]:
    """The names of the fields that it speaks of."""
    if isinstance(condition, Q):
        return set().union(*map(fields_of, condition.children))
    lookup, right = condition
    return {lookup.partition("__")[0]} | ({named(right)} if isinstance(right, F) else set())


def named(field: F) -> str:
    name: str = field.name  # type: ignore[attr-defined] # it is there
    return name
