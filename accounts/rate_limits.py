"""How often one client, or one e-mail, may try what costs us or tells a stranger something."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .audit_log import Event, record
from .client_address import client_network
from .models import Attempt
from .retry_later import TooOftenError


@dataclass(frozen=True)
class Limit:
    """At most `most` tries of `what` within any stretch of time as long as `within`."""

    what: str
    most: int
    within: timedelta


# Of one address, behind which a whole shop may stand.
LOGINS = Limit("login", 60, timedelta(minutes=1))
REGISTRATIONS = Limit("registration", 30, timedelta(hours=1))
RESETS = Limit("reset", 20, timedelta(hours=1))
# Of one account that has shown its password: of a million codes, three are right at a time.
CODES = Limit("code", 5, timedelta(minutes=15))
# Of one account that is signed in: each keeps a core busy for a moment.
CONFIRMATIONS = Limit("confirmation", 10, timedelta(minutes=1))
# Of one e-mail, and of all administrators: nobody's mailbox is flooded.
RESET_MAILS = Limit("reset mail", 3, timedelta(hours=1))
WAITING_MAILS = Limit("waiting mail", 10, timedelta(hours=1))


def allow(limit: Limit, who: str) -> bool:
    """Count one more try by `who`; False, and not counted, where there have been enough.

    In one instant as many may pass as there are threads. Whose tries they are is kept as a keyed
    hash.
    """
    now = timezone.now()
    tries = Attempt.objects.filter(what=limit.what)
    who = salted_hmac("accounts.limits", who, algorithm="sha256").hexdigest()
    if tries.filter(who=who, at__gt=now - limit.within).count() >= limit.most:
        return False
    tries.filter(at__lte=now - limit.within).delete()
    Attempt.objects.create(what=limit.what, who=who, at=now)
    return True


def enforce_rate_limit(limit: Limit, request: HttpRequest, who: str | None = None) -> None:
    """Raises TooOftenError where `who`, or else the client, has tried often enough for now."""
    if not allow(limit, who or client_network(request) or ""):
        record(Event.LIMITED, request, what=limit.what)
        raise TooOftenError(seconds=round(limit.within.total_seconds()))
