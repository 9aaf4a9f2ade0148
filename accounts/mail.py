"""The e-mails that accounts are sent."""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from .models import User
from .reset_tokens import reset_tokens

log = logging.getLogger("freshness.mail")

# A mail server may take seconds. Nobody waits for it, nor learns from the wait that there was
# something to send. What is queued is still sent when the program ends.
PAUSE = 0.2  # seconds, in which the answer is on its way before there is work to be noticed
postman = ThreadPoolExecutor(max_workers=1)


def send_reset_link(account: User | None) -> None:
    """Queued alike where there is no account: the time it takes tells nothing."""
    subject = _("A new password for %(shop)s") % {"shop": settings.SHOP_NAME}
    language = get_language()

    def write_and_send() -> None:
        time.sleep(PAUSE)
        if account and account.has_usable_password():
            uid = urlsafe_base64_encode(force_bytes(account.pk))
            token = reset_tokens.make_token(account)
            link = settings.PUBLIC_URL + reverse("reset_password", args=[uid, token])
            with override(language):
                deliver(subject, written("reset", link=link), account.email)

    postman.submit(write_and_send)


def tell_of_new_password(account: User) -> None:
    subject = _("Your password at %(shop)s was changed") % {"shop": settings.SHOP_NAME}
    send(subject, "new_password", [account.email])


def tell_of_new_email(account: User, old_email: str) -> None:
    """Told at the old address: whoever took the account over does not read that one."""
    subject = _("Your e-mail at %(shop)s was changed") % {"shop": settings.SHOP_NAME}
    send(subject, "new_email", [old_email], account=account)


def tell_of_approval(account: User) -> None:
    subject = _("You can now use %(shop)s") % {"shop": settings.SHOP_NAME}
    link = settings.PUBLIC_URL + reverse("portal")
    send(subject, "approved", [account.email], link=link)


def tell_administrators_who_waits(account: User) -> None:
    subject = _("Somebody waits to be let in at %(shop)s") % {"shop": settings.SHOP_NAME}
    link = settings.PUBLIC_URL + reverse("admin:accounts_user_change", args=[account.pk])
    to = User.objects.administrators().order_by("pk").values_list("email", flat=True)
    send(subject, "waiting", to, account=account, link=link)


def send(subject: str, name: str, to: Iterable[str], **context: Any) -> None:
    """Post the e-mail in templates/accounts/mail/`name`.txt, to each address by itself."""
    body = written(name, **context)
    for address in to:
        postman.submit(deliver, subject, body, address)


def written(name: str, **context: Any) -> str:
    return render_to_string(f"accounts/mail/{name}.txt", context | {"shop": settings.SHOP_NAME})


def deliver(subject: str, body: str, address: str) -> None:
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, body, to=[address], headers=headers).send()
    except Exception as error:  # whatever a mail server may do: nobody else would hear of it
        log.error("An e-mail was not sent (%s). Look at EMAIL_URL.", error)
