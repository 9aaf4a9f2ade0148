"""The daily e-mail: what to pull from the shelf today, and what to sell first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.conf import settings
from django.db.models import Count, Window
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Batch
from ..models.batch_queryset import BatchQuerySet
from ..rules.shelf_life import Status

MOST_LINES = 30  # in one part


@dataclass(frozen=True)
class Part:
    """Batches that ask for the same: the first of them, and how many there are in all."""

    first: Sequence[Batch]
    count: int

    @classmethod
    def from_batches(cls, batches: BatchQuerySet) -> Self:
        counted = batches.select_related("product").annotate(in_all=Window(Count("pk")))
        first = list(counted[:MOST_LINES])
        return cls(first, first[0].in_all if first else 0)

    def further(self) -> int:
        return self.count - len(self.first)


@dataclass(frozen=True)
class Digest:
    """What is still on the shelf and should not stay there, as it is on the day `today`."""

    today: date
    recalled: Part
    expired: Part
    sell_first: Part

    @classmethod
    def for_day(cls, today: date) -> Self:
        to_pull = Batch.objects.to_pull(today)
        recalled = to_pull.with_status(Status.RECALLED, today)
        expired = to_pull.with_status(Status.EXPIRED, today)
        to_sell_first = Batch.objects.to_sell_first(today)
        return cls(
            today,
            Part.from_batches(recalled.order_by("-recalled_at", "pk")),
            # What turned last comes first: what turned long ago may be gone and only not recorded.
            Part.from_batches(expired.order_by("-expired_from", "pk")),
            Part.from_batches(to_sell_first.order_by("expired_from", "pk")),
        )

    def to_pull(self) -> int:
        return self.recalled.count + self.expired.count

    def has_news(self) -> bool:
        return bool(self.to_pull() or self.sell_first.count)

    def subject(self) -> str:
        pull, sell = self.to_pull(), self.sell_first.count
        news = []
        if pull:
            message = ngettext("%(count)d to pull", "%(count)d to pull", pull)
            news.append(message % {"count": pull})
        if sell:
            message = ngettext("%(count)d to sell first", "%(count)d to sell first", sell)
            news.append(message % {"count": sell})
        return _("%(news)s – %(shop)s") % {"news": ", ".join(news), "shop": settings.SHOP_NAME}

    def body(self) -> str:
        context = {"digest": self, "shop": settings.SHOP_NAME, "address": settings.PUBLIC_URL}
        return render_to_string("batches/shelf/digest.txt", context)
