"""Who did what, from where: a line of JSON for each event that the shop's safety rests on.

What is recorded never holds a password, a token or a session's key.
"""

import logging
from enum import StrEnum
from typing import Any

from django.http import HttpRequest

from .client_address import client_address

log = logging.getLogger("freshness.security")


class Event(StrEnum):
    REGISTERED = "registered"
    LOGGED_IN = "logged in"
    LOGIN_FAILED = "login failed"
    LOCKED_OUT = "locked out"
    REFUSED_WHILE_LOCKED = "refused while locked out"
    UNLOCKED = "unlocked"
    LIMITED = "too many tries"
    LOGGED_OUT = "logged out"
    SIGNED_OUT_EVERYWHERE = "signed out everywhere"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 - the name of an event
    RESET_ASKED = "password reset asked for"
    PASSWORD_RESET = "password reset"  # noqa: S105 - the name of an event
    EMAIL_CHANGED = "e-mail changed"
    CODE_ASKED = "first factor shown"
    CODE_FAILED = "second factor failed"
    SECOND_FACTOR_ON = "second factor turned on"
    SECOND_FACTOR_OFF = "second factor turned off"
    APPROVED = "approved"
    ROLE_CHANGED = "role changed"
    ACCOUNT_MADE = "account made"
    ACCOUNT_DELETED = "account deleted"
    RECALLED = "recalled"
    RECALL_RELEASED = "recall released"


def record(event: Event, request: HttpRequest, **about: Any) -> None:
    """Write down that whoever sent `request` did `event`; `about` says to what, in plain values."""
    user = getattr(request, "user", None)
    who = user.email if user and user.is_authenticated else None
    log.info(str(event), extra={"who": who, "address": client_address(request), **about})
