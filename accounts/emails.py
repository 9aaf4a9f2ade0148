"""The e-mails that accounts are sent."""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from .models import User
from .password_reset.tokens import reset_tokens

log = logging.getLogger("freshness.mail")

# A mail server may take seconds. Nobody waits for it, nor learns from the wait that there was
# something to send. What is queued is still sent when the program ends.
PAUSE = 0.2  # seconds, in which the answer is on its way before there is work to be noticed
postman = ThreadPoolExecutor(max_workers=1)

SUBJECTS = {
    "reset": _("A new password for %(shop)s"),
    "new_password": _("Your password at %(shop)s was changed"),
    "new_email": _("Your e-mail at %(shop)s was changed"),
    "approved": _("You can now use %(shop)s"),
    "waiting": _("Somebody waits to be let in at %(shop)s"),
}


def send_reset_link(account: User | None) -> None:
    """Queued alike where there is no account: the time it takes tells nothing."""

    def write_and_send() -> None:
        time.sleep(PAUSE)
        if account and account.has_usable_password():
            uid = urlsafe_base64_encode(force_bytes(account.pk))
            token = reset_tokens.make_token(account)
            link = settings.PUBLIC_URL + reverse("reset_password", args=[uid, token])
            deliver(account.email, *written(account, "reset", link=link))

    postman.submit(write_and_send)


def tell_of_new_password(account: User) -> None:
    send(account, "new_password")


def tell_of_new_email(account: User, old_email: str) -> None:
    """Told at the old address: whoever took the account over does not read that one."""
    send(account, "new_email", old_email, account=account)


def tell_of_approval(account: User) -> None:
    send(account, "approved", link=settings.PUBLIC_URL + reverse("portal"))


def tell_administrators_who_waits(account: User) -> None:
    link = settings.PUBLIC_URL + reverse("admin:accounts_user_change", args=[account.pk])
    for administrator in User.objects.administrators().order_by("pk"):
        send(administrator, "waiting", account=account, link=link)


def send(to: User, name: str, address: str = "", **context: Any) -> None:
    """Post the e-mail in templates/accounts/mail/`name`.txt to an account, or its old address."""
    postman.submit(deliver, address or to.email, *written(to, name, **context))


def written(to: User, name: str, **context: Any) -> tuple[str, str]:
    """The e-mail's subject and body, in the language of whom it is for."""
    shop = {"shop": settings.SHOP_NAME}
    with in_language_of(to):
        return SUBJECTS[name] % shop, render_to_string(f"accounts/mail/{name}.txt", context | shop)


def in_language_of(account: User) -> override:
    """While it lasts, words are in the language in which the account is written to."""
    return override(account.language or settings.LANGUAGE_CODE)


def deliver(address: str, subject: str, body: str) -> None:
    try:
        hand_over(address, subject, body)
    except Exception as error:  # whatever a mail server may do: nobody else would hear of it
        log.error("An e-mail was not sent (%s). Look at EMAIL_URL.", error)


def hand_over(
    address: str, subject: str, body: str, headers: Mapping[str, str] | None = None
) -> None:
    """Give an e-mail to the mail server, and wait till it has it; raises whatever that may do."""
    headers = {"Auto-Submitted": "auto-generated"} | dict(headers or {})
    EmailMessage(subject, body, to=[address], headers=headers).send()
