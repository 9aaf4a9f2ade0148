from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from freshness.config.checks import SHOP

from ...backups.errors import BackupError
from ...backups.restore import restore_backup


class Command(BaseCommand):
    help = (
        "Restore a backup into the database that DATABASE_URL names. Stop the shop first. "
        "docs/BACKUPS.md"
    )
    requires_system_checks = [SHOP]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The backup; its .sha256 is beside it.")
        parser.add_argument(
            "--identity", type=Path, metavar="FILE", help="The private key of an encrypted backup."
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="Replace the accounts and batches there are."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restore_backup(options["file"], options["identity"], options["overwrite"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        newest = f", the newest of them {done.newest}" if done.newest else ""
        self.stdout.write(
            f"Restored {done.contents.accounts()} and {done.contents.batches()}{newest}."
        )
        if done.kept:
            self.stdout.write(f"What was there before is kept as {done.kept}.")
        if done.needs_migrate:
            self.stdout.write("It is older than this program. Now run: manage.py migrate")
