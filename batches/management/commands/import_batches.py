import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.models import User
from batches.importing.checking import begin, check_for_a_while
from batches.importing.found import REFUSED, found_rows
from batches.importing.messages import note_messages
from batches.importing.saving import save
from batches.importing.wrong import UnreadableError
from batches.models import Import
from batches.replica import wait_for_replica


class Command(BaseCommand):
    help = "Import batches from a CSV or Excel file: all of them, or none if any row is refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--author", metavar="EMAIL", help="in whose name; else an administrator"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                being = begin(file, path.name, Import.Kind.BATCHES, author(options["author"]))
        except (UnreadableError, OSError) as error:
            raise CommandError(str(error)) from None
        try:
            self.check_rows(being)
            self.report(being)
            if being.refused:
                raise CommandError(_("Nothing is saved. Mend these rows, and import it again."))
            if not options["dry_run"] and being.changes and not save(being):
                raise CommandError(_("The shop has changed meanwhile. Import the file again."))
        finally:
            if not being.is_done:
                being.delete()
        wait_for_replica()
        self.stdout.write(_("Saved.") if being.is_done else _("Nothing is saved."))

    def check_rows(self, being: Import) -> None:
        with tqdm(total=being.rows, unit=" rows") as bar:
            while being.is_checking:
                check_for_a_while(being, 0.3)
                bar.update(being.checked_rows() - bar.n)

    def report(self, being: Import) -> None:
        if being.sheet:
            message = _("Only the sheet “%(sheet)s” of this file is read.")
            self.stdout.write(message % {"sheet": being.sheet})
        for note in note_messages(json.loads(being.notes)):
            self.stdout.write(note)
        for row in found_rows(being, REFUSED):
            for column, reason in row["why"]:
                place = _("Row %(line)d") % {"line": row["line"]}
                self.stdout.write(f"{place}{column and f', {column}'}: {reason}")
        words = _("%(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(refused)d refused.")
        counts = {it: getattr(being, it) for it in ("new", "changed", "unchanged", "refused")}
        self.stdout.write(words % counts)


def author(email: str | None) -> User:
    found: User | None
    accounts = User.objects.filter(is_active=True, is_staff=True)
    if email:
        found = accounts.filter(email=User.objects.normalize_email(email)).first()
    else:
        found = accounts.filter(is_superuser=True).order_by("pk").first()
    if found is None:
        raise CommandError(_("There is no such approved account. Name one with --author."))
    return found
