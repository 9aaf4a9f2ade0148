import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Case, F, Min, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from ..rules.shelf_life import Status
from ..shop_clock import shop_today
from .bulk import pieces, remember
from .case_folding import beginning_with, looked_for

if TYPE_CHECKING:
    from .batch import Batch, Removal


# By product (its key), status, and whether it is to be sold first.
Counted = Counter[tuple[int, Status, bool]]
BY_ARRIVAL = ["arrival_date", "created_at", "id"]
NEWEST_FIRST = [f"-{name}" for name in BY_ARRIVAL]


def status_condition(status: Status, today: date) -> Q:
    """What `Batch.status` says, asked of the database.

    What is fresh has not expired either: said too, an index on when batches expire has it.
    """
    conditions = {
        Status.RECALLED: Q(recalled_at__isnull=False),
        Status.EXPIRED: Q(recalled_at=None, expired_from__lte=today),
        Status.REMOVED: Q(recalled_at=None, removed_on__isnull=False, expired_from__gt=today),
        Status.CAUTION: Q(
            recalled_at=None, removed_on=None, caution_from__lte=today, expired_from__gt=today
        ),
        Status.FRESH: Q(
            recalled_at=None, removed_on=None, caution_from__gt=today, expired_from__gt=today
        ),
    }
    return conditions[status]


def is_to_sell_first(today: date) -> Q:
    """On caution, or on its last day, which may come while it is fresh."""
    is_urgent = Q(caution_from__lte=today) | Q(expired_from=today + timedelta(days=1))
    return Q(is_urgent, recalled_at=None, expired_from__gt=today)


def latest_day() -> Greatest:
    """What `Batch.latest_day` says, asked of the database."""
    return Greatest("saved_on", Value(shop_today()))


def same_text(field: str, text: str) -> Q:
    """Those of which `field` is `text`, whatever the capitals and spaces."""
    return Q(**{f"{field}_folded": looked_for(text)})


class BatchQuerySet(models.QuerySet["Batch"]):
    def locked(self) -> Self:
        """Held until the transaction ends, so that no recall of this moment is overwritten.

        A page that only shows is in none, and waits for nobody.
        """
        is_held = transaction.get_connection(self.db).in_atomic_block
        return self.select_for_update(of=("self",)) if is_held else self

    def with_status(self, status: Status, today: date) -> Self:
        return self.filter(status_condition(status, today))

    def not_expired(self, today: date) -> Self:
        """Read newest first, they end where the first arrival of any of them is told to be.

        Of a bare column databases look for the least in its own index, all expired ones first.
        """
        arrived = Coalesce("arrival_date", "expired_from")
        first = self.model.objects.filter(expired_from__gt=today).aggregate(it=Min(arrived))["it"]
        return self.filter(expired_from__gt=today, arrival_date__gte=first or today)

    def counted(self, today: date, most: int) -> Counted:
        """How many there are; of more than `most`, some are counted."""
        cases = [
            When(status_condition(status, today), then=Value(status.value)) for status in Status
        ]
        status = Case(*cases, output_field=models.CharField())
        first = models.ExpressionWrapper(is_to_sell_first(today), models.BooleanField())
        rows = self.order_by().annotate(status=status, first=first)
        return Counter(rows.values_list("product_id", "status", "first")[:most])

    def with_labels_out(self) -> Self:
        """Those with labels of which `is_out` says that they may be on packs."""
        return self.filter(printed_labels__gone_at=None, printed_labels__isnull=False).distinct()

    def on_shelf(self) -> Self:
        """Neither removed nor recalled."""
        return self.filter(removed_on=None, recalled_at=None)

    def not_removed(self) -> Self:
        """What can still be removed; a recalled batch too."""
        return self.filter(removed_on=None)

    def to_pull(self, today: date) -> Self:
        """What must leave the shelf and is not removed: recalled or expired."""
        is_bad = Q(recalled_at__isnull=False) | Q(expired_from__lte=today)
        return self.not_removed().filter(is_bad)

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

    def remove(
        self,
        author: AbstractBaseUser,
        removal: "Removal",
        reason: str = "",
        weight: Decimal | None = None,
    ) -> list["Batch"]:
        """Take off the shelf those that are not off yet; returns them. `weight` is in kg."""
        return self.not_removed().change(
            author,
            removed_on=shop_today(),
            removal=removal,
            removal_reason=reason,
            discarded_weight=weight,
        )

    def restore_to_shelf(self, author: AbstractBaseUser) -> list["Batch"]:
        """Undo `remove` of those that were; a recall of them stands. Returns them."""
        return self.exclude(removed_on=None).change(
            author, removed_on=None, removal="", removal_reason="", discarded_weight=None
        )

    def newest_first(self) -> Self:
        return self.order_by(*NEWEST_FIRST)

    def sorted_newest_first(self) -> Self:
        """The same for few of many: found first, and then sorted.

        A database might rather read all in the order of an index until it has a page of them; but
        no index has what COALESCE gives.
        """
        return self.order_by(*(Coalesce(F(name), F(name)).desc() for name in BY_ARRIVAL))

    def next_identifier(self, today: date) -> str:
        """The next free identifier in the day's row, such as 261122-03."""
        prefix = f"{today:%y%m%d}-"
        of_today = self.filter(beginning_with("batch_identifier_folded", prefix))
        matches = (
            re.fullmatch(r"\d{1,6}", identifier.removeprefix(prefix))
            for identifier in of_today.values_list("batch_identifier", flat=True)
        )
        last = max((int(match[0]) for match in matches if match), default=0)
        return f"{prefix}{last + 1:02}"
