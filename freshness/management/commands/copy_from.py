from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from freshness.config.checks import SHOP

from ...backups.errors import BackupError
from ...backups.sqlite_to_postgresql import move


class Command(BaseCommand):
    help = (
        "Copy a shop's data from SQLite into the PostgreSQL that DATABASE_URL names, and compare "
        "every row. Stop the shop first. The file stays as it is. docs/BACKUPS.md"
    )
    requires_system_checks = [SHOP]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="Such as var/freshness.sqlite3.")
        parser.add_argument(
            "--overwrite", action="store_true", help="Replace the accounts and batches there are."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = move(options["file"], options["overwrite"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        newest = f", the newest of them {done.newest}" if done.newest else ""
        what = f"{done.contents.accounts()} and {done.contents.batches()}{newest}"
        if done.was_there:
            self.stdout.write(f"Nothing was done: {what}, are there already, every row the same.")
        else:
            self.stdout.write(f"Copied {what}. Every row was compared, and is the same.")
