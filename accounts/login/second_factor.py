"""A second factor for whoever wants one: codes from an app on a phone (TOTP, RFC 6238).

With it come codes to keep on paper, each of which opens the account once if the phone is lost.
"""

from base64 import b32encode
from dataclasses import dataclass
from datetime import timedelta

import segno
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from ..models import User

CODES_ON_PAPER = 8
OFFERED_FOR = timedelta(hours=1)  # whoever comes back later is offered a new secret


@dataclass(frozen=True)
class Offer:
    """A secret that an app may take: as inline SVG to scan, and in groups of four to type."""

    qr_code: SafeString
    secret: str


def is_asked_of(account: User) -> bool:
    return bool(TOTPDevice.objects.filter(user_id=account.pk, confirmed=True).exists())


def accepts(account: User, code: str) -> bool:
    """Whether `code` is one of the account's right now; it is not again."""
    return match_token(account, as_written(code)) is not None


def offer(account: User) -> None:
    """Make a new secret for the account to give to an app; it asks for no code yet."""
    TOTPDevice.objects.filter(user_id=account.pk, confirmed=False).delete()
    TOTPDevice.objects.create(user_id=account.pk, confirmed=False)


def offered(account: User) -> Offer | None:
    device = open_offers(account).first()
    if device is None:
        return None
    drawing = segno.make_qr(device.config_url).svg_inline(
        omitsize=True, light="#fff", svgclass="qr", lineclass=None
    )
    text = b32encode(device.bin_key).decode()
    secret = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return Offer(mark_safe(drawing), secret)  # noqa: S308 - a drawing that spells nothing out


def open_offers(account: User) -> QuerySet[TOTPDevice]:
    since = timezone.now() - OFFERED_FOR
    offers: QuerySet[TOTPDevice] = TOTPDevice.objects.filter(
        user_id=account.pk, confirmed=False, created_at__gt=since
    )
    return offers


@transaction.atomic
def turn_on(account: User, code: str) -> list[str] | None:
    """The codes to keep on paper; None where `code` is not of the secret that was offered."""
    device = open_offers(account).select_for_update().first()
    if device is None or not device.verify_token(as_written(code)):
        return None
    device.confirmed = True
    device.save()
    paper = StaticDevice.objects.create(user_id=account.pk, name="paper")
    codes = [StaticToken.random_token() for _code in range(CODES_ON_PAPER)]
    StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return codes


def turn_off(account: User) -> bool:
    """False where none was asked of it anyway."""
    was_on = is_asked_of(account)
    TOTPDevice.objects.filter(user_id=account.pk).delete()
    StaticDevice.objects.filter(user_id=account.pk).delete()
    return was_on


def as_written(code: str) -> str:
    return "".join(code.split()).lower()
