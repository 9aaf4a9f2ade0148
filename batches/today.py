"""The day's work: what stands on the shelf, by what has to be done about it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .forms import SELL_FIRST
from .models import Batch
from .models.queries import is_to_sell_first
from .shelf_life import Freshness
from .templatetags.days import in_words

MOST_SHOWN = 10  # batches of one section
MOST_PRODUCTS = 10  # in the picture
# What comes first is most urgent.
URGENCY = [Freshness.RECALLED, Freshness.EXPIRED, Freshness.CAUTION, Freshness.FRESH]
TO_DO = {
    Freshness.RECALLED: gettext_lazy("Recalled: take off the shelf now"),
    Freshness.EXPIRED: gettext_lazy("Expired: take off the shelf now"),
    Freshness.CAUTION: gettext_lazy("Sell first"),
    Freshness.FRESH: gettext_lazy("Fresh"),
}
# The oldest first; of what is still to be sold in time, what expires first.
ORDER = {
    Freshness.RECALLED: ["recalled_at", "arrival_date", "pk"],
    Freshness.EXPIRED: ["arrival_date", "expired_from", "pk"],
    Freshness.CAUTION: ["expired_from", "arrival_date", "pk"],
    Freshness.FRESH: ["expired_from", "arrival_date", "pk"],
}

Counts = dict[Freshness, int]


@dataclass(frozen=True)
class Due:
    """A batch on the shelf, and in words how urgent it is."""

    batch: Batch
    words: str


@dataclass(frozen=True)
class Section:
    """What has to be done about some of those on the shelf: how many, and the first of them.

    A batch is in the section of its freshness, but on its last day it is to be sold first.
    """

    freshness: Freshness
    count: int
    due: list[Due]

    @property
    def heading(self) -> str:
        return str(TO_DO[self.freshness])

    @property
    def status(self) -> str:
        """By which the list of batches shows all of it; of what is fresh, the last day too."""
        return SELL_FIRST if self.freshness == Freshness.CAUTION else self.freshness.value

    @property
    def beyond(self) -> int:
        """How many more there are than the page shows."""
        return self.count - len(self.due)

    @property
    def is_for_sale(self) -> bool:
        return self.freshness in (Freshness.CAUTION, Freshness.FRESH)

    @property
    def is_recalled(self) -> bool:
        return self.freshness == Freshness.RECALLED


@dataclass(frozen=True)
class Bar:
    """A stretch of a product's bar; lengths are in per cent of the longest bar."""

    freshness: Freshness
    x: float
    width: float


@dataclass(frozen=True)
class OnShelf:
    """How many batches of one product are on the shelf, by freshness. Without name: the others."""

    name: str
    emoji: str
    counts: Counts
    longest: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def cells(self) -> list[tuple[Freshness, int]]:
        return [(it, self.counts.get(it, 0)) for it in URGENCY]

    @cached_property
    def bars(self) -> list[Bar]:
        bars, x = [], 0.0
        for freshness, count in self.cells:
            width = 100 * count / self.longest
            if count:
                bars.append(Bar(freshness, round(x, 3), round(width, 3)))
            x += width
        return bars


@dataclass(frozen=True)
class Day:
    """What `/admin` shows; it takes as many queries for ten batches as for any number."""

    sections: list[Section]
    products: list[OnShelf]

    @property
    def total(self) -> int:
        return sum(section.count for section in self.sections)

    @classmethod
    def of(cls, today: date) -> Self:
        counted = list(Batch.objects.on_shelf().counted(today))
        sections = [
            Section(
                freshness,
                sum(in_section(freshness, row) for row in counted),
                [Due(batch, in_time(batch, today)) for batch in first_of(freshness, today)],
            )
            for freshness in URGENCY
        ]
        batches = [due.batch for section in sections for due in section.due]
        prefetch_related_objects(batches, "printed_labels")
        return cls(sections, by_product(counted))


def in_section(freshness: Freshness, row: dict[str, Any]) -> int:
    """How many of those counted in `row` are in the section of `freshness`."""
    if freshness == Freshness.CAUTION:
        return int(row["first"])
    return int(row["count"] - row["first"]) if row["freshness"] == freshness else 0


def first_of(freshness: Freshness, today: date) -> Iterable[Batch]:
    if freshness == Freshness.CAUTION:
        batches = Batch.objects.to_sell_first(today)
    else:
        of_freshness = Batch.objects.on_shelf().of_freshness(freshness, today)
        batches = of_freshness.exclude(is_to_sell_first(today))
    return batches.select_related("product").order_by(*ORDER[freshness])[:MOST_SHOWN]


def in_time(batch: Batch, today: date) -> str:
    """How long it has been expired, or may still be sold; of a recalled one, why."""
    freshness = batch.freshness(today)
    if freshness == Freshness.RECALLED:
        return batch.recall_reason
    if freshness == Freshness.EXPIRED:
        days = (today - batch.expired_from).days
        past = ngettext("Expired %(days)d day ago", "Expired %(days)d days ago", days)
        return past % {"days": days} if days else _("Expired today")
    last_day = batch.shelf_life().last_day
    if last_day == today:
        return _("Today is its last day")
    return _("Sell it by %(day)s") % {"day": in_words(last_day, today)}


def by_product(counted: Iterable[dict[str, Any]]) -> list[OnShelf]:
    """The products with the most urgent batches first; those beyond MOST_PRODUCTS as one."""
    counts: dict[tuple[str, str], Counts] = defaultdict(dict)
    for row in counted:
        product = (row["product__name"], row["product__emoji"])
        counts[product][Freshness(row["freshness"])] = row["count"]

    def urgency(product: tuple[str, str]) -> tuple[list[int], str]:
        return [-counts[product].get(freshness, 0) for freshness in URGENCY], product[0]

    shown = [(*product, counts[product]) for product in sorted(counts, key=urgency)]
    if others := shown[MOST_PRODUCTS:]:
        added = {it: sum(of.get(it, 0) for _name, _emoji, of in others) for it in URGENCY}
        shown = [*shown[:MOST_PRODUCTS], ("", "", added)]
    longest = max((sum(of.values()) for _name, _emoji, of in shown), default=1)
    return [OnShelf(name, emoji, of, longest) for name, emoji, of in shown]
