from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from freshness.config.checks import SHOP

from ...scans.proxy_log import count_file, given_up, past_minutes


class Command(BaseCommand):
    help = (
        "Count the scans that nginx wrote down in SCANS_LOG, of each minute that is over. Harmless "
        "to repeat, and to run twice at once; silent while all goes well."
    )
    requires_system_checks = [SHOP]

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SCANS_LOG is None:
            raise CommandError("SCANS_LOG is not set. Write the folder that nginx writes scans to.")
        now = timezone.now()
        try:
            for file in given_up(settings.SCANS_LOG, now):
                file.unlink()
                self.stderr.write(f"{file.stem}: this minute's scans may be missing.")
            for file in past_minutes(settings.SCANS_LOG, now):
                count_file(file)
        except (DatabaseError, OSError) as error:
            raise CommandError(f"Scans are left for the next run: {error}.") from error
