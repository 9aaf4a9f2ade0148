"""Who had the daily e-mail on which day."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils import timezone


class DigestDeliveryQuerySet(models.QuerySet["DigestDelivery"]):
    def due(self, now: datetime) -> list["DigestDelivery"]:
        """Today's to those whose hour has come by the shop's clock, as far as they are not done.

        Whoever chooses an hour that has passed is due at once.
        """
        accounts = get_user_model().objects.wanting_digest(now.hour)
        of_today = [self.model(account=account, day=now.date()) for account in accounts]
        self.bulk_create(of_today, ignore_conflicts=True)
        undone = self.filter(account__in=accounts, day=now.date(), done_at=None)
        return list(undone.select_related("account").order_by("account"))

    def free(self) -> Self:
        """Not done, and in nobody's hands, or in those of somebody who died over it."""
        long_ago = timezone.now() - DigestDelivery.LONGEST
        return self.filter(Q(taken_at=None) | Q(taken_at__lte=long_ago), done_at=None)

    def forget(self, now: datetime) -> None:
        self.filter(day__lt=now.date() - DigestDelivery.KEPT).delete()


class DigestDelivery(models.Model):
    """The daily e-mail of one account on one day.

    Whoever sends it takes it first, which only one can, and notes it as done afterwards. If a
    program is killed between the two, nobody knows whether the mail server had the e-mail
    already; after `LONGEST` it is sent again: none is worse than a second one. (Both carry the
    same Message-ID, by which mailboxes show them as one.)

    A day on which there was nothing to say is done too, so that nothing comes in the afternoon
    because something has turned up since.
    """

    LONGEST = timedelta(minutes=10)  # a mail server is given up sooner
    KEPT = timedelta(days=30)

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = DigestDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.account}"

    def take(self) -> bool:
        """Whether it is ours to send: among many who ask at once, one is told so."""
        mine = DigestDelivery.objects.free().filter(pk=self.pk)
        return bool(mine.update(taken_at=timezone.now()))

    def give_back(self) -> None:
        self.taken_at = None
        self.save(update_fields=["taken_at"])

    def finish(self) -> None:
        self.done_at = timezone.now()
        self.save(update_fields=["done_at"])
