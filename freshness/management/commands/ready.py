from typing import Any

from django.core.management.base import BaseCommand, CommandError

from freshness.config.checks import SHOP
from freshness.monitoring.health import problems


class Command(BaseCommand):
    help = "Tell what keeps this server from its work; strangers who ask /readyz are not told."
    requires_system_checks = [SHOP]

    def handle(self, *args: Any, **options: Any) -> None:
        if found := problems():
            raise CommandError("\n".join(found))
        self.stdout.write("Ready.")
