import io
from typing import Any

import segno
from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from freshness.config.checks import SHOP
from freshness.config.network_address import Reach, reach


class Command(BaseCommand):
    help = "Say where this shop can be opened, and what to do first."
    requires_system_checks = [SHOP]

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"\n{settings.SHOP_NAME}\n\n")
        self.write_addresses()
        self.say(_("The shop's day turns at midnight in %(zone)s."), zone=settings.TIME_ZONE)
        if not User.objects.exists():
            self.write_first_step()
        self.write_what_is_missing()
        self.say(_("Stop with Ctrl-C."))
        self.stdout.write("\n")

    def say(self, words: str, **known: object) -> None:
        self.stdout.write(words % known)

    def write_what_is_missing(self) -> None:
        if not settings.HTTPS:
            self.say(
                _(
                    "Without https, whoever is on the same network can read passwords, and work in "
                    "somebody else's name. Before the shop is on the internet, set PUBLIC_URL to "
                    "an https address."
                )
            )
        if not settings.SENDS_EMAIL:
            self.say(
                _(
                    "No mail server is set: e-mails, such as links for a new password, are written "
                    "here. Set EMAIL_URL to send them."
                )
            )

    def write_addresses(self) -> None:
        if not settings.HTTPS:  # where it is, every page leads to the public address
            self.say(_("On this computer: http://localhost:%(port)s"), port=settings.PORT)
        if reach(settings.PUBLIC_URL) == Reach.NOBODY:
            self.say(
                _(
                    "No network was found, so no phone can open a label. Connect this computer to "
                    "the shop's network and start again, or set PUBLIC_URL."
                )
            )
            return
        network, everybody = (
            _("On the shop's network: %(address)s"),
            _("For everybody: %(address)s"),
        )
        self.say(network if settings.LAN_MODE else everybody, address=settings.PUBLIC_URL)
        self.stdout.write("\n")
        self.write_qr_code()
        self.stdout.write("\n")
        self.say(_("Point a phone at this code to open it there."))

    def write_qr_code(self) -> None:
        drawing = io.StringIO()
        segno.make_qr(settings.PUBLIC_URL).terminal(drawing, border=4, compact=True)
        # White blocks on a black ground, also in a terminal that is black on white.
        colours = ("\033[97;40m", "\033[0m") if self.stdout.isatty() else ("", "")
        for line in drawing.getvalue().splitlines():
            self.stdout.write(line.join(colours))

    def write_first_step(self) -> None:
        if settings.REGISTRATION == "closed":
            self.say(
                _(
                    "Registration is closed, and there is no account yet. Make the administrator's "
                    "with: python manage.py createsuperuser"
                )
            )
            return
        door = settings.PUBLIC_URL if settings.HTTPS else f"http://localhost:{settings.PORT}"
        self.say(
            _("The first account becomes the administrator. Make yours: %(page)s"),
            page=door + reverse("register"),
        )
