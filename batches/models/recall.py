"""The record of each recall: what, when, who, and which batches. It outlives the batches."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import may_release_recalls

from .batch import Batch
from .bulk import AT_ONCE, pieces
from .case_folding import FoldedField, looked_for
from .label_run import PrintedLabels
from .recall_lock import take_recall_lock


class Recall(models.Model):
    """Batches that were called back in one go.

    `asked_for` is, in JSON, by what they were found: see `CriteriaForm.asked_for`.
    """

    reason = models.CharField(_("reason for the recall"), max_length=200)
    asked_for = models.TextField(default="{}")
    recalled_at = models.DateTimeField(_("recalled at"), default=timezone.now)
    # Empty where it was recalled before there were records, and no history says by whom.
    recalled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        ordering = ["-recalled_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.recalled_at:%Y-%m-%d} {self.reason}"

    def get_absolute_url(self) -> str:
        return reverse("recall", args=[self.pk])

    def criteria(self) -> dict[str, str]:
        """By what its batches were found, by the name of the field."""
        criteria: dict[str, str] = json.loads(self.asked_for)
        return criteria

    @classmethod
    @transaction.atomic
    def begin(
        cls,
        codes: list[str],
        reason: str,
        author: AbstractBaseUser,
        asked_for: Mapping[str, str] | None = None,
    ) -> Self:
        """Recall those of the batches that are not yet; every report says so from then on.

        Whoever looks for `codes` by what they have in common takes the recall lock before.
        """
        take_recall_lock()
        recall = cls.objects.create(
            reason=reason, recalled_by=author, asked_for=json.dumps(dict(asked_for or {}))
        )
        recall.add(codes, author)
        return recall

    @transaction.atomic
    def add(
        self, codes: list[str], author: AbstractBaseUser, joined_at: datetime | None = None
    ) -> None:
        """Recall those of the batches that are not yet, and enter them into the record.

        `joined_at` is when, for batches that were saved after the recall had begun.
        """
        when = joined_at or self.recalled_at
        recalled: list[Batch] = []
        for some in pieces(sorted(codes)):
            recalled += Batch.objects.filter(pk__in=some, recalled_at=None).change(
                author, recalled_at=when, recall_reason=self.reason
            )
        joined = {"joined_at": joined_at, "joined_by": author} if joined_at else {}
        self.enter(recalled, **joined)

    @transaction.atomic
    def leave_on_shelf(self, codes: list[str], author: AbstractBaseUser, reason: str) -> None:
        """Enter batches of a recalled lot into the record, and why they are not recalled.

        Raises PermissionDenied unless `author` may release a recall.
        """
        if not may_release_recalls(author):
            raise PermissionDenied
        now = timezone.now()
        words = gettext("%(who)s put it on the shelf although its lot is recalled: %(reason)s")
        left: list[Batch] = []
        for some in pieces(sorted(codes)):
            batches = Batch.objects.filter(pk__in=some)
            left += batches.change(author, why=words % {"who": author, "reason": reason})
        released = {"released_at": now, "released_by": author, "release_reason": reason}
        self.enter(left, joined_at=now, joined_by=author, **released)

    def enter(self, batches: list[Batch], **values: Any) -> None:
        """Copy `batches` into the record; one that was in it before is entered anew."""
        labels = labels_out_of(batches)
        copies = [
            RecalledBatch.from_batch(self, batch, labels.get(batch.pk, 0), **values)
            for batch in batches
        ]
        RecalledBatch.objects.bulk_create(
            copies,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["recall", "code"],
            update_fields=RecalledBatch.ENTERED,
        )


def labels_out_of(batches: list[Batch]) -> dict[str, int]:
    """How many labels of each may be on packs, by its code."""
    labels: dict[str, int] = {}
    for some in pieces([batch.pk for batch in batches]):
        out = PrintedLabels.objects.filter(batch__in=some, gone_at=None).order_by()
        labels |= dict(out.values_list("batch").annotate(Sum("copies")))
    return labels


class RecalledBatchQuerySet(models.QuerySet["RecalledBatch"]):
    def standing(self) -> Self:
        """Not released."""
        return self.filter(released_at=None)

    @transaction.atomic
    def release(self, author: AbstractBaseUser, reason: str) -> list[Batch]:
        """End the recall of those among them that stand; returns their batches."""
        take_recall_lock()
        codes = list(self.standing().select_for_update().values_list("code", flat=True))
        now = timezone.now()
        released: list[Batch] = []
        for some in pieces(codes):
            RecalledBatch.objects.standing().filter(code__in=some).update(
                released_at=now, released_by=author, release_reason=reason
            )
            released += Batch.objects.filter(pk__in=some).change(
                author, why=reason, recalled_at=None, recall_reason=""
            )
        return released


class RecalledBatch(models.Model):
    """One batch of a recall, as it was when it was recalled."""

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="batches")
    code = models.CharField(_("code"), max_length=10)
    product = models.CharField(_("product"), max_length=60)
    batch_identifier = models.CharField(_("batch identifier"), max_length=20)
    butcher_date = models.DateField(_("butcher date"))
    arrival_date = models.DateField(_("arrival date"))
    use_by = models.DateField(_("use-by date"), null=True)
    supplier = models.CharField(_("supplier"), max_length=120)
    supplier_lot = models.CharField(_("supplier's lot"), max_length=60)
    removed_on = models.DateField(_("taken off the shelf on"), null=True)
    labels = models.PositiveIntegerField(_("labels printed"))
    # Of a batch that was saved after the recall had begun, because it is of a recalled lot.
    joined_at = models.DateTimeField(_("joined at"), null=True)
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    release_reason = models.CharField(_("reason for the release"), max_length=200, blank=True)

    supplier_folded = FoldedField(default="", db_default="", editable=False)
    supplier_lot_folded = FoldedField(default="", db_default="", editable=False)

    COPIED = [
        *("batch_identifier", "butcher_date", "arrival_date", "use_by"),
        *("supplier", "supplier_lot", "removed_on"),
    ]
    # All but what tells one entry from another.
    ENTERED = [
        *COPIED,
        *("product", "labels", "supplier_folded", "supplier_lot_folded", "joined_at", "joined_by"),
        *("released_at", "released_by", "release_reason"),
    ]

    objects = RecalledBatchQuerySet.as_manager()

    class Meta:
        ordering = ["product", "batch_identifier", "pk"]
        indexes = [
            models.Index(
                fields=["supplier_lot_folded", "supplier_folded"],
                condition=Q(released_at=None),
                name="recalled_by_lot",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(released_at=None), name="batch_is_in_one_recall"
            ),
            models.UniqueConstraint(fields=["recall", "code"], name="batch_is_in_a_recall_once"),
        ]

    def __str__(self) -> str:
        return self.batch_identifier

    @property
    def was_left_on_shelf(self) -> bool:
        """Whether it never was recalled: an administrator put it on the shelf all the same."""
        return self.joined_at is not None and self.joined_at == self.released_at

    @classmethod
    def from_batch(cls, recall: Recall, batch: Batch, labels: int, **values: Any) -> Self:
        return cls(
            recall=recall,
            code=batch.pk,
            product=batch.product.name,
            labels=labels,
            supplier_folded=looked_for(batch.supplier),
            supplier_lot_folded=looked_for(batch.supplier_lot),
            **{name: getattr(batch, name) for name in cls.COPIED},
            **values,
        )
