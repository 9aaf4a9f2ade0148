from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from accounts.emails import hand_over, in_language_of
from freshness.config.checks import SHOP

from ...models import DigestDelivery
from ...shelf.digest import Digest
from ...shop_clock import shop_today


class Command(BaseCommand):
    help = (
        "Send today's e-mail to those who want one, whose hour has come by the shop's clock, and "
        "who have not had it. Harmless to repeat; silent while all goes well."
    )
    requires_system_checks = [SHOP]

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.localtime()
        DigestDelivery.objects.forget(now)
        due = DigestDelivery.objects.due(now)
        if not due:
            return
        digest = Digest.for_day(shop_today())
        failures = sum(self.was_refused(delivery, digest) for delivery in due)
        if failures:
            words = ngettext(
                "%(count)d e-mail was not sent. Look at EMAIL_URL. The next run tries again.",
                "%(count)d e-mails were not sent. Look at EMAIL_URL. The next run tries again.",
                failures,
            )
            raise CommandError(words % {"count": failures})

    def was_refused(self, delivery: DigestDelivery, digest: Digest) -> bool:
        """Send it if that is still to be done; whatever goes wrong, the others get theirs."""
        try:
            is_over = shop_today() != digest.today  # a slow mail server, and midnight
            if not is_over and delivery.take():
                deliver(delivery, digest)
        except Exception as error:
            self.stderr.write(f"{delivery.account.email}: {error}")
            return True
        return False


def deliver(delivery: DigestDelivery, digest: Digest) -> None:
    """One that was taken."""
    try:
        if digest.has_news():
            send(delivery, digest)
    except Exception:
        delivery.give_back()
        raise
    delivery.finish()


def send(delivery: DigestDelivery, digest: Digest) -> None:
    headers = {
        "List-Unsubscribe": f"<{settings.PUBLIC_URL}{reverse('profile')}>",
        "Message-ID": message_id(delivery),
    }
    with in_language_of(delivery.account):
        hand_over(delivery.account.email, digest.subject(), digest.body(), headers)


def message_id(delivery: DigestDelivery) -> str:
    """The same each time it is sent, and that of no other e-mail, of this shop or another."""
    which = f"{delivery.account.pk} {delivery.day}"
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    return f"<{salted_hmac('digest', which).hexdigest()}@{host}>"
