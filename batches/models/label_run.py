"""What was printed: by whom, when, on what, and what those labels say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..rules.label_fields import FIELDS, FIRST_FIELDS, as_read
from ..rules.label_stock import DEFAULT_STOCK, DOTS_PER_INCH, Stock


class LabelSetup(models.Model):
    """How somebody prints on one kind of stock; the one used last is their usual one.

    `fields` are the names of what the labels say, with spaces between them.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    stock = models.CharField(max_length=40, default=DEFAULT_STOCK)
    nudge_x = models.FloatField(default=0.0)
    nudge_y = models.FloatField(default=0.0)
    dots_per_inch = models.PositiveSmallIntegerField(default=DOTS_PER_INCH[0])
    fields = models.CharField(max_length=200, blank=True, default=" ".join(FIRST_FIELDS))
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
    """One job of printing.

    `fields` is as in LabelSetup, `measures` are those of its stock (`Stock.measures`), and
    `labels` is how many there were.
    """

    UNDO_WITHIN = timedelta(hours=1)

    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=gettext_lazy("printed by")
    )
    printed_at = models.DateTimeField(gettext_lazy("printed at"), auto_now_add=True)
    stock = models.CharField(gettext_lazy("label stock"), max_length=40)
    measures = models.CharField(max_length=200)
    labels = models.PositiveSmallIntegerField()
    start = models.PositiveSmallIntegerField(default=1)
    nudge_x = models.FloatField(default=0.0)
    nudge_y = models.FloatField(default=0.0)
    dots_per_inch = models.PositiveSmallIntegerField(default=DOTS_PER_INCH[0])
    fields = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.printed_at:%Y-%m-%d %H:%M} {self.stock}"

    def get_absolute_url(self) -> str:
        return reverse("label_run", args=[self.pk])

    def may_be_undone_by(self, account: AbstractBaseUser) -> bool:
        """Whoever printed knows for a while whether it reached paper; later, labels may be out."""
        is_recent = timezone.now() - self.printed_at < self.UNDO_WITHIN
        return is_recent and self.printed_by_id == account.pk


@dataclass(frozen=True)
class Difference:
    """A field of which labels say one thing, while another is so now."""

    field: str
    said: str
    now: str

    def __str__(self) -> str:
        words = {
            "field": (FIELDS | {"warning": _("Warning"), "address": _("Address")})[self.field],
            "said": as_read(self.field, self.said),
            "now": as_read(self.field, self.now),
        }
        return _("%(field)s: on the label %(said)s, now %(now)s.") % words


class PrintedLabels(models.Model):
    """The labels of one batch from one run.

    `says` is, in JSON, what `Batch.label_says` told of the fields that are on them. (Django's own
    JSONField asks the database what it can before anybody has said that it does not answer.)
    """

    run = models.ForeignKey(LabelRun, models.CASCADE, related_name="printed_labels")
    batch = models.ForeignKey("batches.Batch", models.CASCADE, related_name="printed_labels")
    copies = models.PositiveSmallIntegerField()
    says = models.TextField()
    gone_at = models.DateTimeField(null=True, blank=True)
    # Empty where nobody noted who said so.
    gone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.copies} × {self.batch}"

    @property
    def is_out(self) -> bool:
        """Whether they may be on packs, as far as anybody has said."""
        return self.gone_at is None

    def differences(self) -> list[Difference]:
        """What they say that is not so any more."""
        now = self.batch.label_says()
        return [
            Difference(field, said, now[field])
            for field, said in json.loads(self.says).items()
            if now[field] != said
        ]
