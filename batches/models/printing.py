"""What was printed: by whom, when, on what, and what those labels say."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..labels.fields import FIRST_FIELDS
from ..labels.stock import DEFAULT_STOCK, DOTS_PER_INCH, Stock

if TYPE_CHECKING:
    from .batch import Batch


def first_fields() -> list[str]:
    return list(FIRST_FIELDS)


class LabelSetup(models.Model):
    """How somebody prints on one kind of stock; the one used last is their usual one."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    stock = models.CharField(max_length=40, default=DEFAULT_STOCK)
    nudge_x = models.FloatField(default=0.0)
    nudge_y = models.FloatField(default=0.0)
    dots_per_inch = models.PositiveSmallIntegerField(default=DOTS_PER_INCH[0])
    fields = models.JSONField(default=first_fields)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "stock"], name="label_setup_for_each_stock")
        ]

    def __str__(self) -> str:
        return self.stock

    @classmethod
    def usual(cls, account: AbstractBaseUser, known_stock: Mapping[str, Stock]) -> Self:
        """How `account` printed last, on stock that is still known; else on plain paper."""
        used = cls.objects.filter(account=account, stock__in=known_stock).order_by("-used_at")
        return used.first() or cls(account=account)

    def on(self, stock: Stock) -> Self:
        """How its account prints on `stock`; for the first time, with the same words as here."""
        used = type(self).objects.filter(account=self.account, stock=stock.key).first()
        return used or type(self)(
            account=self.account,
            stock=stock.key,
            dots_per_inch=stock.dots_per_inch,
            fields=self.fields,
        )

    def remember(self) -> None:
        """Keep it as its account's usual one."""
        kept = ("nudge_x", "nudge_y", "dots_per_inch", "fields")
        type(self).objects.update_or_create(
            account=self.account,
            stock=self.stock,
            defaults={name: getattr(self, name) for name in kept} | {"used_at": timezone.now()},
        )


class LabelRun(models.Model):
    """One job of printing."""

    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("printed by")
    )
    printed_at = models.DateTimeField(_("printed at"), auto_now_add=True)
    stock = models.CharField(_("label stock"), max_length=40)
    start = models.PositiveSmallIntegerField(default=1)
    nudge_x = models.FloatField(default=0.0)
    nudge_y = models.FloatField(default=0.0)
    dots_per_inch = models.PositiveSmallIntegerField(default=DOTS_PER_INCH[0])
    fields = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.printed_at:%Y-%m-%d %H:%M} {self.stock}"

    def get_absolute_url(self) -> str:
        return reverse("label_run", args=[self.pk])

    def changed_batches(self) -> list["Batch"]:
        """Those of which its labels say what is not so any more."""
        printed = self.printed_labels.select_related("batch__product")
        return [labels.batch for labels in printed if labels.wrong_fields(labels.batch)]


class PrintedLabels(models.Model):
    """The labels of one batch from one run. `says` holds what they say, by field."""

    run = models.ForeignKey(LabelRun, models.CASCADE, related_name="printed_labels")
    batch = models.ForeignKey("batches.Batch", models.CASCADE, related_name="printed_labels")
    copies = models.PositiveSmallIntegerField()
    says = models.JSONField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.copies} × {self.batch}"

    def wrong_fields(self, batch: "Batch") -> list[str]:
        """What they say of `batch`, theirs, that is not so, or not so any more."""
        now = batch.label_says()
        return [field for field, said in self.says.items() if now[field] != said]
