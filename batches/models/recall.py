"""The record of each recall: what, when, who, and which batches. It outlives the batches."""

import json
from collections.abc import Mapping
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .batch import Batch
from .bulk import AT_ONCE, pieces
from .folded import looked_for
from .printing import PrintedLabels


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
    def of_the_lot_of(cls, batch: Batch) -> Self | None:
        """One that stands for others of its supplier's lot; of it, somebody has still to say."""
        if batch.recalled_at or not (batch.supplier and batch.supplier_lot):
            return None
        same_lot = Batch.objects.exclude(recalled_at=None).filter(
            supplier_folded=batch.supplier_folded, supplier_lot_folded=batch.supplier_lot_folded
        )
        standing = RecalledBatch.objects.standing().filter(code__in=same_lot.values("pk"))
        return cls.objects.filter(batches__in=standing).exclude(batches__code=batch.pk).first()

    @classmethod
    @transaction.atomic
    def begin(
        cls,
        codes: list[str],
        reason: str,
        author: AbstractBaseUser,
        asked_for: Mapping[str, str] | None = None,
    ) -> Self:
        """Recall those of the batches that are not yet; every report says so from then on."""
        recall = cls.objects.create(
            reason=reason, recalled_by=author, asked_for=json.dumps(dict(asked_for or {}))
        )
        recalled: list[Batch] = []
        for some in pieces(sorted(codes)):
            recalled += Batch.objects.filter(pk__in=some, recalled_at=None).change(
                author, recalled_at=recall.recalled_at, recall_reason=reason
            )
        labels = labels_out_of(recalled)
        RecalledBatch.objects.bulk_create(
            (RecalledBatch.of(recall, batch, labels.get(batch.pk, 0)) for batch in recalled),
            batch_size=AT_ONCE,
        )
        return recall


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

    def lots(self) -> set[tuple[str, str]]:
        """The suppliers and their lots, as `looked_for` has them."""
        named = self.exclude(supplier="").exclude(supplier_lot="").order_by()
        pairs = named.values_list("supplier", "supplier_lot").distinct()
        return {(looked_for(supplier), looked_for(lot)) for supplier, lot in pairs}

    @transaction.atomic
    def release(self, author: AbstractBaseUser, reason: str) -> list[Batch]:
        """End the recall of those among them that stand; returns their batches."""
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
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    release_reason = models.CharField(_("reason for the release"), max_length=200, blank=True)

    COPIED = [
        *("batch_identifier", "butcher_date", "arrival_date", "use_by"),
        *("supplier", "supplier_lot", "removed_on"),
    ]

    objects = RecalledBatchQuerySet.as_manager()

    class Meta:
        ordering = ["product", "batch_identifier", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(released_at=None), name="batch_is_in_one_recall"
            ),
            models.UniqueConstraint(fields=["recall", "code"], name="batch_is_in_a_recall_once"),
        ]

    def __str__(self) -> str:
        return self.batch_identifier

    @classmethod
    def of(cls, recall: Recall, batch: Batch, labels: int) -> Self:
        return cls(
            recall=recall,
            code=batch.pk,
            product=batch.product.name,
            labels=labels,
            **{name: getattr(batch, name) for name in cls.COPIED},
        )
