from typing import Any

from django.core.management.base import BaseCommand, CommandError

from freshness.monitoring.health import problems


class Command(BaseCommand):
    help = "Tell what keeps this server from its work; strangers who ask /readyz are not told."

    def handle(self, *args: Any, **options: Any) -> None:
        if found := problems():
            raise CommandError("\n".join(found))
        self.stdout.write("Ready.")
