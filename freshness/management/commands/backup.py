import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from freshness.config.checks import SHOP

from ...backups.create import take_backup, take_backup_unless_since
from ...backups.errors import BackupError
from ...backups.files import newest_backup
from ...backups.remote_copies import copy_elsewhere


class Command(BaseCommand):
    help = (
        "Back up the database into BACKUP_DIR while the shop is open, check what was written, "
        "copy it to BACKUP_COPY_TO, and delete those that need not be kept. docs/BACKUPS.md"
    )
    requires_system_checks = [SHOP]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--unless-since",
            type=datetime.fromisoformat,
            metavar="MOMENT",
            help="take none where there is one from this moment on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = self.take(options["unless_since"])
            if path and settings.BACKUP_COPY_TO:
                copy_elsewhere(path, settings.BACKUP_COPY_TO)
        except BackupError as error:
            raise CommandError(str(error)) from error

    def take(self, unless_since: datetime | None) -> Path | None:
        """Return the new backup; or the newest, which may still have to be copied."""
        begun, now = time.monotonic(), datetime.now(UTC)
        backup = take_backup_unless_since(unless_since, now) if unless_since else take_backup(now)
        if backup is None:
            newest = newest_backup(now)
            return settings.BACKUP_DIR / newest if newest else None
        size = filesizeformat(backup.path.stat().st_size).replace("\xa0", " ")
        seconds = time.monotonic() - begun
        self.stdout.write(
            f"{backup.path}: {size}, {backup.contents.batches()}, in {seconds:.1f} seconds."
        )
        return backup.path
