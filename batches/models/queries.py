import re
from datetime import date
from typing import TYPE_CHECKING, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from ..shelf_life import Freshness

if TYPE_CHECKING:
    from .batch import Batch


def off_sale(today: date) -> Q:
    """What `Batch.is_off_sale` says, asked of the database."""
    return Q(recalled_at=None, removed_on__isnull=False, expired_from__gt=today)


class BatchQuerySet(models.QuerySet["Batch"]):
    def locked(self) -> Self:
        """Held until the transaction ends, so that no recall of this moment is overwritten."""
        return self.select_for_update(of=("self",))

    def of_freshness(self, freshness: Freshness, today: date) -> Self:
        """What `Batch.freshness` says, asked of the database."""
        if freshness == Freshness.RECALLED:
            return self.exclude(recalled_at=None)
        turned = {
            Freshness.FRESH: Q(caution_from__gt=today),
            Freshness.CAUTION: Q(caution_from__lte=today, expired_from__gt=today),
            Freshness.EXPIRED: Q(expired_from__lte=today),
        }
        return self.filter(turned[freshness], recalled_at=None)

    def with_labels_out(self) -> Self:
        """Those with labels of which `is_out` says that they may be on packs."""
        return self.filter(printed_labels__gone_at=None, printed_labels__isnull=False).distinct()

    @transaction.atomic
    def release(self, author: AbstractBaseUser) -> list["Batch"]:
        """End the recalls among them, in the name of `author`; returns those that were recalled."""
        recalled: list[Batch] = list(self.exclude(recalled_at=None).locked())
        for batch in recalled:
            batch.recalled_at, batch.recall_reason = None, ""
            batch.updated_at = timezone.now()
        changed = ["recalled_at", "recall_reason", "updated_at"]
        bulk_update_with_history(recalled, self.model, changed, 500, default_user=author)
        return recalled

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
