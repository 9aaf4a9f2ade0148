"""What the page of labels is asked for: which batches, and how they are printed."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from ..listing.filters import FilterForm
from ..listing.selection import named_batches, named_codes
from ..models import Batch, LabelSetup
from ..shop_clock import shop_today
from .print_job import MOST_LABELS

LONGEST_QUERY = 2000  # characters that every browser and proxy takes in an address
ABOUT_THE_STOCK = ("start", "nudge_x", "nudge_y", "dots_per_inch")


def chosen_batches(given: QueryDict) -> tuple[list[Batch], int]:
    """The batches that are asked for, in order, and how many of them are there no more.

    They are named by code, one or more in each `batch`; `all` asks for all that the portal's
    filters let through, or for as many as show that they are too many for one job.
    """
    batches = Batch.objects.select_related("product")
    if "all" in given:
        listed = FilterForm(given).apply(batches.newest_first(), shop_today())
        return list(listed[: MOST_LABELS + 1]), 0
    codes = named_codes(given)
    found = named_batches(batches, codes)
    return found, len(codes) - len(found)


def filled_in(given: QueryDict, stock: str, setup: LabelSetup) -> QueryDict:
    """The form as it was sent; what was not, as this account printed on this stock last."""
    values = given.copy()
    values["stock"] = stock
    if given.get("shown", stock) != stock:  # the form was about another stock when it was sent
        for name in ABOUT_THE_STOCK:
            values.pop(name, None)
    usual: dict[str, Any] = {
        "copies": 1,
        "start": 1,
        "nudge_x": f"{setup.nudge_x:g}",
        "nudge_y": f"{setup.nudge_y:g}",
        "dots_per_inch": setup.dots_per_inch,
    }
    for name, value in usual.items():
        values.setdefault(name, str(value))
    if "shown" not in given and "field" not in given:  # else no box was ticked
        values.setlist("field", setup.fields.split())
    return values


def short_query(batches: Iterable[str], form: Mapping[str, Any] | None = None) -> str:
    """Batches, by code, and their copies as a query; empty where it is too long for one."""
    kept = [("batch", code) for code in batches]
    for name, value in (form or {}).items():
        if value and (name == "start" or name.startswith("copies")):
            kept.append((name, str(value)))
    query = urlencode(kept)
    return query if len(query) <= LONGEST_QUERY else ""
