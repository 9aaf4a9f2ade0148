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

from ..listing.filters import SELL_FIRST
from ..models import Batch, Product
from ..models.batch_queryset import Counted, is_to_sell_first
from ..rules.shelf_life import FOR_SALE, Status
from ..templatetags.days import in_words

MOST_SHOWN = 10  # batches of one section
MOST_PRODUCTS = 10  # in the picture
MOST_COUNTED = 5_000  # batches of one status; nobody needs to know more exactly
# What comes first is most urgent.
URGENCY = [Status.RECALLED, Status.EXPIRED, Status.CAUTION, Status.FRESH]
TO_DO = {
    Status.RECALLED: gettext_lazy("Recalled: take off the shelf now"),
    Status.EXPIRED: gettext_lazy("Expired: take off the shelf now"),
    Status.CAUTION: gettext_lazy("Sell first"),
    Status.FRESH: gettext_lazy("Fresh"),
}
# What was recalled or expired first comes first; of what is to be sold in time, what expires first.
ORDER = {
    Status.RECALLED: ["recalled_at", "arrival_date", "pk"],
    Status.EXPIRED: ["expired_from", "arrival_date", "pk"],
    Status.CAUTION: ["expired_from", "arrival_date", "pk"],
    Status.FRESH: ["expired_from", "arrival_date", "pk"],
}

# What is fresh may have its last day.
DRAWN_FROM = {Status.CAUTION: [Status.CAUTION, Status.FRESH]}

Counts = Counter[Status]


@dataclass(frozen=True)
class Due:
    """A batch on the shelf, and in words how urgent it is."""

    batch: Batch
    words: str


@dataclass(frozen=True)
class Section:
    """What has to be done about some of those on the shelf: how many, and the first of them.

    A batch is in the section of its status, but on its last day it is to be sold first.
    Where `has_more`, not all are counted.
    """

    status: Status
    count: int
    has_more: bool
    due: list[Due]

    @property
    def heading(self) -> str:
        return str(TO_DO[self.status])

    @property
    def listed_as(self) -> str:
        """By which status the list shows all of it; of what is fresh, the last day too."""
        return SELL_FIRST if self.status == Status.CAUTION else self.status.value

    @property
    def beyond(self) -> int:
        """How many more there are than the page shows."""
        return self.count - len(self.due)

    @property
    def is_for_sale(self) -> bool:
        return self.status in FOR_SALE

    @property
    def is_recalled(self) -> bool:
        return self.status == Status.RECALLED


@dataclass(frozen=True)
class Bar:
    """A stretch of a product's bar; lengths are in per cent of the longest bar."""

    status: Status
    x: float
    width: float


@dataclass(frozen=True)
class OnShelf:
    """How many batches of one product are on the shelf, by status. Without name: the others."""

    name: str
    emoji: str
    counts: Counts
    longest: int

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def cells(self) -> list[tuple[Status, int]]:
        return [(it, self.counts[it]) for it in URGENCY]

    @cached_property
    def bars(self) -> list[Bar]:
        bars, x = [], 0.0
        for status, count in self.cells:
            width = 100 * count / self.longest
            if count:
                bars.append(Bar(status, round(x, 3), round(width, 3)))
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
        """How many were counted of a status that has more; 0 where none has."""
        return MOST_COUNTED if any(it.has_more for it in self.sections) else 0

    @classmethod
    def for_day(cls, today: date) -> Self:
        counted = count_on_shelf(today)
        sections = [section_of(status, counted, today) for status in URGENCY]
        prefetch_related_objects([due.batch for it in sections for due in it.due], "printed_labels")
        return cls(sections, by_product(counted))


def count_on_shelf(today: date) -> Counted:
    counted: Counted = Counter()
    for status in URGENCY:
        batches = Batch.objects.not_removed().with_status(status, today)
        counted += batches.counted(today, MOST_COUNTED)
    return counted


def section_of(status: Status, counted: Counted, today: date) -> Section:
    count, drawn_from = 0, Counter[str]()
    for (_product, of, is_first), batches in counted.items():
        count += batches if status == (Status.CAUTION if is_first else of) else 0
        drawn_from[of] += batches if of in DRAWN_FROM.get(status, [status]) else 0
    has_more = max(drawn_from.values(), default=0) >= MOST_COUNTED
    due = [Due(batch, in_time(batch, today)) for batch in first_of(status, today)]
    return Section(status, count, has_more, due)


def first_of(status: Status, today: date) -> Iterable[Batch]:
    if status == Status.CAUTION:
        batches = Batch.objects.to_sell_first(today)
    else:
        batches = Batch.objects.not_removed().with_status(status, today)
    if status == Status.FRESH:
        batches = batches.exclude(is_to_sell_first(today))
    return batches.select_related("product").order_by(*ORDER[status])[:MOST_SHOWN]


def in_time(batch: Batch, today: date) -> str:
    """How long it has been expired, or may still be sold; of a recalled one, why."""
    status = batch.status(today)
    if status == Status.RECALLED:
        return batch.recall_reason
    if status == Status.EXPIRED:
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
    for (product, status, _is_first), count in counted.items():
        counts[product][status] += count
    products = Product.objects.in_bulk(counts)

    def urgency(product: int) -> tuple[list[int], str]:
        return [-counts[product][status] for status in URGENCY], products[product].name

    shown = [
        (products[it].name, products[it].emoji, counts[it]) for it in sorted(counts, key=urgency)
    ]
    if others := shown[MOST_PRODUCTS:]:
        in_all = sum((of for _name, _emoji, of in others), Counter[Status]())
        shown = [*shown[:MOST_PRODUCTS], ("", "", in_all)]
    longest = max((of.total() for _name, _emoji, of in shown), default=1)
    return [OnShelf(name, emoji, of, longest) for name, emoji, of in shown]
