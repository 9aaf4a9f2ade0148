import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from ...backups.elsewhere import copy_elsewhere
from ...backups.errors import BackupError
from ...backups.taking import take_backup


class Command(BaseCommand):
    help = (
        "Back up the database into BACKUP_DIR while the shop is open, check what was written, "
        "copy it to BACKUP_COPY_TO, and delete those that need not be kept. docs/BACKUPS.md"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            backup = take_backup(datetime.now(UTC))
            size = filesizeformat(backup.path.stat().st_size).replace("\xa0", " ")
            seconds = time.monotonic() - begun
            self.stdout.write(
                f"{backup.path}: {size}, {backup.contents.batches()}, in {seconds:.1f} seconds."
            )
            if settings.BACKUP_COPY_TO:
                copy_elsewhere(backup.path, settings.BACKUP_COPY_TO)
        except BackupError as error:
            raise CommandError(str(error)) from error
