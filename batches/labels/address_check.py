from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from freshness.config.network_address import Reach, lan_address, reach


def refusal() -> str | Promise | None:
    """Why no label can be printed now; None where labels will lead customers to their report."""
    if reach(settings.PUBLIC_URL) == Reach.NOBODY:
        return _(
            "No phone can open %(address)s. Connect this computer to the shop's network and start "
            "again, or set PUBLIC_URL to the address customers use."
        ) % {"address": settings.PUBLIC_URL}
    address = lan_address()
    if settings.LAN_MODE and address != urlsplit(settings.PUBLIC_URL).hostname:
        return _(
            "This computer had the address %(address)s when it was started, and has another one "
            "now. Start Freshness Tracker again, so that labels carry the new one."
        ) % {"address": settings.PUBLIC_URL}
    return None


def warning() -> str | Promise | None:
    """What may make a label printed now stop working; None for an address that is there to stay."""
    if reach(settings.PUBLIC_URL) != Reach.SHOP:
        return None
    return _(
        "These labels carry the address %(address)s. They work on the shop's own network, and only "
        "until this computer gets another address. For labels that last, ask whoever set "
        "this up for a lasting address (the setting PUBLIC_URL)."
    ) % {"address": settings.PUBLIC_URL}
