import json
from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from accounts.models import User
from batches.models import Import
from batches.models.import_job import DateOrder
from batches.spreadsheets.dates.forms import DatesForm
from batches.spreadsheets.importing.check import begin, check_for_a_while
from batches.spreadsheets.importing.errors import UnreadableError
from batches.spreadsheets.importing.messages import note_messages
from batches.spreadsheets.importing.result import CHANGED, NEW, REFUSED, found_rows, lookalikes_in
from batches.spreadsheets.importing.save import save
from freshness.config.checks import SHOP
from freshness.replica import wait_for_replica

SHOWN_LOOKALIKES = 20


class Command(BaseCommand):
    help = "Import batches from a CSV or Excel file: all of them, or none if any row is refused."
    requires_system_checks = [SHOP]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--author", metavar="EMAIL", help="in whose name; else an administrator"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")

        parser.add_argument(
            "--dates",
            choices=DateOrder.values,
            help="how dates such as 03/04/2026 are written, where the file does not tell",
        )
        parser.add_argument(
            "--real-dates-are-right",
            action="store_true",
            help="take the spreadsheet's own dates as they are, beside dates in text",
        )
        parser.add_argument(
            "--lots-are-right",
            action="store_true",
            help="take names and lots that look like dates or numbers as they are",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                job = begin(file, path.name, Import.Kind.BATCHES, author(options["author"]))
        except (UnreadableError, OSError) as error:
            raise CommandError(str(error)) from None
        try:
            self.answer_dates(job, options["dates"], options["real_dates_are_right"])
            self.check_rows(job)
            self.report(job)
            if options["lots_are_right"]:
                job.confirm_lookalikes()
            if job.refused:
                raise CommandError(_("Nothing is saved. Mend these rows, and import it again."))
            if job.lookalikes and not (job.lookalikes_confirmed or options["dry_run"]):
                message = _("Nothing is saved. If these are right, add %(option)s.")
                raise CommandError(message % {"option": "--lots-are-right"})
            if not options["dry_run"] and job.changes and not save(job):
                raise CommandError(_("The shop has changed meanwhile. Import the file again."))
        finally:
            if not job.is_done:
                job.delete()
        wait_for_replica()
        self.stdout.write(_("Saved.") if job.is_done else _("Nothing is saved."))

    def answer_dates(self, job: Import, order: str | None, real_dates_are_right: bool) -> None:
        form = DatesForm(
            {
                "order": order or job.date_order,
                "real_dates": "yes" if real_dates_are_right else "",
            },
            job=job,
        )
        possible = job.date_notes().get("orders") or DateOrder.values
        if order and order not in possible:
            text = job.date_notes()["text_date"][1]
            message = _("The dates of this file cannot be read so: %(text)s. Leave out %(option)s.")
            raise CommandError(message % {"text": text, "option": "--dates"})
        if form.is_valid():
            job.answer_dates(form.chosen_order())
        elif job.waits_for_dates():
            raise CommandError(missing_answers(form))

    def check_rows(self, job: Import) -> None:
        with tqdm(total=job.rows, unit=" rows") as bar:
            while job.is_checking:
                check_for_a_while(job, 0.3)
                bar.update(job.checked_rows() - bar.n)

    def report(self, job: Import) -> None:
        if job.sheet:
            message = _("Only the sheet “%(sheet)s” of this file is read.")
            self.stdout.write(message % {"sheet": job.sheet})
        for note in note_messages(json.loads(job.notes)):
            self.stdout.write(note)
        for row in found_rows(job, REFUSED):
            for column, reason in row["why"]:
                place = _("Row %(line)d") % {"line": row["line"]}
                self.stdout.write(f"{place}{column and f', {column}'}: {reason}")
        for row in found_rows(job, NEW, CHANGED):
            if recall := row.get("recall"):
                message = _(
                    "Row %(line)d: its lot is recalled, so it is saved as recalled: %(reason)s"
                )
                self.stdout.write(message % {"line": row["line"], "reason": recall[1]})
        if job.lookalikes:
            message = ngettext(
                "Check %(count)s name or lot: a spreadsheet may have changed it",
                "Check %(count)s names or lots: a spreadsheet may have changed them",
                job.lookalikes,
            )
            self.stdout.write(message % {"count": job.lookalikes})
        for entry in islice(lookalikes_in(job), SHOWN_LOOKALIKES):
            place = _("Row %(line)d") % {"line": entry["line"]}
            self.stdout.write(f"{place}, {entry['column']}: {entry['text']} {entry['look']}")
        for row in found_rows(job, CHANGED):
            for sentence in row.get("gone", ()):
                place = _("Row %(line)d") % {"line": row["line"]}
                self.stdout.write(f"{place}, {row['name']}: {sentence}")
        message = _(
            "%(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(refused)d refused."
        )
        counts = {it: getattr(job, it) for it in ("new", "changed", "unchanged", "refused")}
        self.stdout.write(message % counts)


def missing_answers(form: DatesForm) -> str:
    """The questions on the file's dates that no option has answered, and the options."""
    messages = []
    if "order" in form.errors:
        choices = [f"  --dates {order}: {text}" for order, text in form.choices_of_order()]
        messages += [_("Say how the dates are written:"), *choices]
    if "real_dates" in form.errors:
        help_text = str(form.fields["real_dates"].help_text)
        message = _("If they are right, add %(option)s.")
        messages += [help_text, message % {"option": "--real-dates-are-right"}]
    return "\n".join(messages)


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
