import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Case, Count, Q, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from ..shelf_life import Freshness
from .bulk import pieces, remember
from .product import folded

if TYPE_CHECKING:
    from .batch import Batch, Removal


def off_sale(today: date) -> Q:
    """What `Batch.is_off_sale` says, asked of the database."""
    return Q(recalled_at=None, removed_on__isnull=False, expired_from__gt=today)


def has_freshness(freshness: Freshness, today: date) -> Q:
    """What `Batch.freshness` says, asked of the database."""
    if freshness == Freshness.RECALLED:
        return Q(recalled_at__isnull=False)
    turned = {
        Freshness.FRESH: Q(caution_from__gt=today),
        Freshness.CAUTION: Q(caution_from__lte=today, expired_from__gt=today),
        Freshness.EXPIRED: Q(expired_from__lte=today),
    }
    return Q(turned[freshness], recalled_at=None)


def is_to_sell_first(today: date) -> Q:
    """On caution, or on its last day, which may come while it is fresh."""
    is_urgent = Q(caution_from__lte=today) | Q(expired_from=today + timedelta(days=1))
    return Q(is_urgent, recalled_at=None, expired_from__gt=today)


def latest_day() -> Greatest:
    """What `Batch.latest_day` says, asked of the database."""
    return Greatest("saved_on", Value(timezone.localdate()))


def same_text(rows: "models.QuerySet[Any]", field: str, text: str) -> Q:
    """Those of which `field` is `text`, whatever the capitals and spaces.

    SQLite knows the capitals of ASCII alone, so they are told here, and a recall misses none.
    """
    wanted = plain(text)
    return of_which(rows, field, lambda it: plain(it) == wanted)


def containing(rows: "models.QuerySet[Any]", field: str, text: str) -> Q:
    """Those of which `field` contains `text`, whatever the capitals."""
    if text.isascii():
        return Q(**{f"{field}__icontains": text})
    wanted = plain(text)
    return of_which(rows, field, lambda it: wanted in plain(it))


def of_which(rows: "models.QuerySet[Any]", field: str, is_meant: Callable[[str], bool]) -> Q:
    known = rows.order_by().prefetch_related(None).values_list(field, flat=True).distinct()
    return Q(**{f"{field}__in": [it for it in known.iterator() if is_meant(it)]})


def plain(text: str) -> str:
    """As it is looked for, whatever the capitals and spaces.

    The i without a dot is like any other: Turkish capitals do not tell them apart.
    """
    dotted = folded(" ".join(text.split())).replace("ı", "i")
    return dotted.replace("i\N{COMBINING DOT ABOVE}", "i")


class BatchQuerySet(models.QuerySet["Batch"]):
    def locked(self) -> Self:
        """Held until the transaction ends, so that no recall of this moment is overwritten.

        A page that only shows is in none, and waits for nobody.
        """
        is_held = transaction.get_connection(self.db).in_atomic_block
        return self.select_for_update(of=("self",)) if is_held else self

    def of_freshness(self, freshness: Freshness, today: date) -> Self:
        return self.filter(has_freshness(freshness, today))

    def counted(self, today: date) -> "models.QuerySet[Batch, dict[str, Any]]":
        """How many there are of each product and freshness, as `count`.

        And `first`: how many of them are to be sold first.
        """
        cases = [When(has_freshness(it, today), then=Value(it.value)) for it in Freshness]
        freshness = Case(*cases, output_field=models.CharField())
        by_product = self.order_by().values("product__name", "product__emoji")
        first = Count("pk", filter=is_to_sell_first(today))
        return by_product.annotate(freshness=freshness, count=Count("pk"), first=first)

    def with_labels_out(self) -> Self:
        """Those with labels of which `is_out` says that they may be on packs."""
        return self.filter(printed_labels__gone_at=None, printed_labels__isnull=False).distinct()

    def on_shelf(self) -> Self:
        """Not taken off yet: what staff can touch. A recalled batch is among them till it is."""
        return self.filter(removed_on=None)

    def to_sell_first(self, today: date) -> Self:
        return self.on_shelf().filter(is_to_sell_first(today))

    @transaction.atomic
    def change(self, author: AbstractBaseUser, why: str = "", **values: Any) -> list["Batch"]:
        """Set `values` of all of them, in the name of `author`; returns them as they are now.

        `why` stands in their histories. What follows from the dates is not computed anew.
        """
        codes = list(self.order_by("pk").locked().values_list("pk", flat=True))
        values["updated_at"] = timezone.now()
        values["saved_on"] = latest_day()
        changed: list[Batch] = []
        for some in pieces(codes):
            batches = self.model.objects.filter(pk__in=some)
            batches.update(**values)
            changed += batches.select_related("product")
        remember(self.model, codes, "~", author, why)
        return changed

    def take_off(
        self,
        author: AbstractBaseUser,
        removal: "Removal",
        reason: str = "",
        weight: Decimal | None = None,
    ) -> list["Batch"]:
        """Take those among them that are on the shelf off it; returns them. `weight` is in kg."""
        return self.on_shelf().change(
            author,
            removed_on=latest_day(),
            removal=removal,
            removal_reason=reason,
            discarded_weight=weight,
        )

    def put_back(self, author: AbstractBaseUser) -> list["Batch"]:
        """Undo `take_off` of those that were; a recall of them stands. Returns them."""
        return self.exclude(removed_on=None).change(
            author, removed_on=None, removal="", removal_reason="", discarded_weight=None
        )

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def next_identifier(self, today: date) -> str:
        """The next free identifier in the day's row, such as 261122-03."""
        prefix = f"{today:%y%m%d}-"
        of_today = self.filter(batch_identifier__startswith=prefix)
        matches = (
            re.fullmatch(r"\d{1,6}", identifier.removeprefix(prefix))
            for identifier in of_today.values_list("batch_identifier", flat=True)
        )
        last = max((int(match[0]) for match in matches if match), default=0)
        return f"{prefix}{last + 1:02}"
