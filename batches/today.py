"""The day's work: what stands on the shelf, by what has to be done about it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .filters import SELL_FIRST
from .models import Batch, Product
from .models.queries import Counted, is_to_sell_first
from .shelf_life import Freshness
from .templatetags.days import in_words

MOST_SHOWN = 10  # batches of one section
MOST_PRODUCTS = 10  # in the picture
MOST_COUNTED = 5_000  # batches of one freshness; nobody needs to know more exactly
# What comes first is most urgent.
URGENCY = [Freshness.RECALLED, Freshness.EXPIRED, Freshness.CAUTION, Freshness.FRESH]
TO_DO = {
    Freshness.RECALLED: gettext_lazy("Recalled: take off the shelf now"),
    Freshness.EXPIRED: gettext_lazy("Expired: take off the shelf now"),
    Freshness.CAUTION: gettext_lazy("Sell first"),
    Freshness.FRESH: gettext_lazy("Fresh"),
}
# What was recalled or expired first comes first; of what is to be sold in time, what expires first.
ORDER = {
    Freshness.RECALLED: ["recalled_at", "arrival_date", "pk"],
    Freshness.EXPIRED: ["expired_from", "arrival_date", "pk"],
    Freshness.CAUTION: ["expired_from", "arrival_date", "pk"],
    Freshness.FRESH: ["expired_from", "arrival_date", "pk"],
}

# What is fresh may have its last day.
DRAWN_FROM = {Freshness.CAUTION: [Freshness.CAUTION, Freshness.FRESH]}

Counts = Counter[Freshness]


@dataclass(frozen=True)
class Due:
    """A batch on the shelf, and in words how urgent it is."""

    batch: Batch
    words: str


@dataclass(frozen=True)
class Section:
    """What has to be done about some of those on the shelf: how many, and the first of them.

    A batch is in the section of its freshness, but on its last day it is to be sold first.
    Where `has_more`, not all are counted.
    """

    freshness: Freshness
    count: int
    has_more: bool
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
        return self.counts.total()

    @property
    def cells(self) -> list[tuple[Freshness, int]]:
        return [(it, self.counts[it]) for it in URGENCY]

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

    @property
    def most_counted(self) -> int:
        """How many were counted of a freshness that has more; 0 where none has."""
        return MOST_COUNTED if any(it.has_more for it in self.sections) else 0

    @classmethod
    def of(cls, today: date) -> Self:
        counted = count_on_shelf(today)
        sections = [section_of(freshness, counted, today) for freshness in URGENCY]
        prefetch_related_objects([due.batch for it in sections for due in it.due], "printed_labels")
        return cls(sections, by_product(counted))


def count_on_shelf(today: date) -> Counted:
    counted: Counted = Counter()
    for freshness in URGENCY:
        batches = Batch.objects.on_shelf().of_freshness(freshness, today)
        counted += batches.counted(today, MOST_COUNTED)
    return counted


def section_of(freshness: Freshness, counted: Counted, today: date) -> Section:
    count, drawn_from = 0, Counter[str]()
    for (_product, of, is_first), batches in counted.items():
        count += batches if freshness == (Freshness.CAUTION if is_first else of) else 0
        drawn_from[of] += batches if of in DRAWN_FROM.get(freshness, [freshness]) else 0
    has_more = max(drawn_from.values(), default=0) >= MOST_COUNTED
    due = [Due(batch, in_time(batch, today)) for batch in first_of(freshness, today)]
    return Section(freshness, count, has_more, due)


def first_of(freshness: Freshness, today: date) -> Iterable[Batch]:
    if freshness == Freshness.CAUTION:
        batches = Batch.objects.to_sell_first(today)
    else:
        batches = Batch.objects.on_shelf().of_freshness(freshness, today)
    if freshness == Freshness.FRESH:
        batches = batches.exclude(is_to_sell_first(today))
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


def by_product(counted: Counted) -> list[OnShelf]:
    """The products with the most urgent batches first; those beyond MOST_PRODUCTS as one."""
    counts: dict[int, Counts] = defaultdict(Counter)
    for (product, freshness, _is_first), count in counted.items():
        counts[product][freshness] += count
    products = Product.objects.in_bulk(counts)

    def urgency(product: int) -> tuple[list[int], str]:
        return [-counts[product][freshness] for freshness in URGENCY], products[product].name

    shown = [
        (products[it].name, products[it].emoji, counts[it]) for it in sorted(counts, key=urgency)
    ]
    if others := shown[MOST_PRODUCTS:]:
        in_all = sum((of for _name, _emoji, of in others), Counter[Freshness]())
        shown = [*shown[:MOST_PRODUCTS], ("", "", in_all)]
    longest = max((of.total() for _name, _emoji, of in shown), default=1)
    return [OnShelf(name, emoji, of, longest) for name, emoji, of in shown]
