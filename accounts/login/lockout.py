"""What django-axes is told, so that passwords cannot be guessed, nor a shop be locked out."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..audit_log import Event, record
from ..models import User

Credentials = dict[str, Any] | None


class Handler(AxesDatabaseHandler):  # type: ignore[misc] # axes has no types
    """Axes', with a limit of its own for each of AXES_LOCKOUT_PARAMETERS (see MOST_FAILURES)."""

    def get_failures(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """The failures, on a scale on which AXES_FAILURE_LIMIT means that one limit is reached."""
        limits = settings.MOST_FAILURES.values()
        attempts = self.get_user_attempts(request, credentials)
        return max(
            (it.aggregate(all=Sum("failures_since_start"))["all"] or 0)
            * settings.AXES_FAILURE_LIMIT
            // most
            for it, most in zip(attempts, limits, strict=True)
        )

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        """As axes does it, without what was typed: that may be a password in the wrong field."""
        with transaction.atomic():
            super().user_login_failed(sender, credentials, request, **kwargs)
            kept = AccessAttempt.objects.filter(username=typed_email(request, credentials))
            kept.update(get_data="", post_data="")

    def reset_user_attempts(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """Whoever logs in is forgiven their own failures here.

        Axes would forgive all failures from the same address as well, so that whoever has an
        account could go on guessing the passwords of others.
        """
        username = typed_email(request, credentials)
        address = request.axes_ip_address  # type: ignore[attr-defined] # axes sets it
        attempts = AccessAttempt.objects.filter(username=username, ip_address=address)
        deleted: int = attempts.delete()[0]
        return deleted


def typed_email(request: HttpRequest, credentials: Credentials) -> str:
    """One account is one account, whatever the capitals."""
    return User.objects.normalize_email((credentials or {}).get("username"))


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: Credentials
) -> HttpResponse:
    """The page for whoever may not try any more for now."""
    is_news = request.axes_failures_since_start is not None  # type: ignore[attr-defined]
    account = User.objects.filter(email=typed_email(request, credentials)).first()
    event = Event.LOCKED_OUT if is_news else Event.REFUSED_WHILE_LOCKED
    record(event, request, account=account and account.email)
    minutes = round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    page = render(request, "accounts/login/locked.html", {"minutes": minutes}, status=429)
    page["Retry-After"] = str(minutes * 60)
    return page


def unlock(account: User) -> bool:
    """Forget all failures to log in to `account`, wherever they came from; False if none were."""
    return bool(AccessAttempt.objects.filter(username=account.email).delete()[0])
