"""A file that somebody brings in: its rows, what was found of them, and whether it was confirmed.

All of it is in the database, so that any process of any machine goes on where another stopped.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freshness.config.validators import validate_visible

ROWS_IN_A_PIECE = 500
KEPT_UNCONFIRMED = timedelta(days=1)


class DateOrder(models.TextChoices):
    """In which order a file writes day, month and year."""

    DAY_FIRST = "day-first", _("Day first")
    MONTH_FIRST = "month-first", _("Month first")
    YEAR_FIRST = "year-first", _("Year first")


class ImportQuerySet(models.QuerySet["Import"]):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def unconfirmed(self) -> Self:
        return self.exclude(state=Import.State.DONE)

    def clean_away(self) -> None:
        """Forget those that nobody confirmed within a day."""
        self.unconfirmed().filter(uploaded_at__lt=timezone.now() - KEPT_UNCONFIRMED).delete()


class Import(models.Model):
    """One file. `columns` and `ignored` are the names above its columns, in JSON.

    `date_survey` is, in JSON, what its dates say of their order: see importing/date_survey.py.
    """

    class Kind(models.TextChoices):
        BATCHES = "batches", _("Batches")
        PRODUCTS = "products", _("Products")

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Waits for your word")
        DONE = "done", _("Saved")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=200)
    # Which was read, where there are others.
    sheet = models.CharField(max_length=200, blank=True)
    # What one does not see in the sheet: pairs of a code and its detail, in JSON.
    notes = models.TextField(default="[]", db_default="[]")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECKING)
    columns = models.TextField()
    ignored = models.TextField(default="[]")
    rows = models.PositiveIntegerField()
    # What the shop's products were when the first row was checked.
    products = models.CharField(max_length=64, blank=True)
    is_checked_again = models.BooleanField(default=False)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # Rows that are saved as recalled, because their supplier's lot is; or, where an administrator
    # gives a reason, on the shelf all the same.
    of_recalled_lots = models.PositiveIntegerField(default=0)
    shelf_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", validators=[validate_visible]
    )
    # Changed ones that have left the shelf, are recalled or have expired.
    of_gone_batches = models.PositiveIntegerField(default=0, db_default=0)
    date_survey = models.TextField(default="{}", db_default="{}")
    date_order = models.CharField(
        max_length=11, choices=DateOrder, blank=True, default="", db_default=""
    )
    # Somebody has said that the spreadsheet's own dates are right beside dates in text.
    real_dates_confirmed = models.BooleanField(default=False, db_default=False)
    # New names and lots that a spreadsheet may have made of others; and whether they are right.
    lookalikes = models.PositiveIntegerField(default=0, db_default=0)
    lookalikes_confirmed = models.BooleanField(default=False, db_default=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["author", "-uploaded_at"], name="import_newest_first")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("show_import", args=[self.pk])

    @property
    def is_checking(self) -> bool:
        return self.state == self.State.CHECKING

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def changes(self) -> int:
        return self.new + self.changed

    def date_notes(self) -> dict[str, Any]:
        notes: dict[str, Any] = json.loads(self.date_survey)
        return notes

    def needs_date_order(self) -> bool:
        """Whether only a person can say in which order its dates are written."""
        return bool(self.date_notes().get("example")) and not self.date_order

    def needs_real_dates_confirmed(self) -> bool:
        return bool(self.date_notes().get("real_date")) and not self.real_dates_confirmed

    def waits_for_dates(self) -> bool:
        """Whether no row can be checked before somebody has answered a question on dates."""
        return not self.is_done and (self.needs_date_order() or self.needs_real_dates_confirmed())

    def waits_for_lookalikes(self) -> bool:
        """Whether names and lots that look odd are all that keeps it from being confirmed."""
        return self.is_sound() and self.lookalikes > 0 and not self.lookalikes_confirmed

    def is_sound(self) -> bool:
        return self.state == self.State.CHECKED and not self.refused and self.changes > 0

    def may_be_confirmed(self) -> bool:
        return self.is_sound() and not (self.waits_for_dates() or self.waits_for_lookalikes())

    def confirm_lookalikes(self) -> None:
        """Somebody has said that names and lots that look odd are right as they are."""
        checked = type(self).objects.filter(pk=self.pk, state=self.State.CHECKED)
        checked.filter(lookalikes=self.lookalikes).update(lookalikes_confirmed=True)
        self.refresh_from_db()

    def answer_dates(self, order: str) -> None:
        """Read its dates in this order, with the spreadsheet's own as they are; check it anew."""
        with transaction.atomic():
            locked = type(self).objects.locked().get(pk=self.pk)
            if locked.is_done:
                return
            locked.pieces.update(found="")
            locked.date_order = order
            locked.real_dates_confirmed = True
            locked.lookalikes_confirmed = False
            locked.state = self.State.CHECKING
            locked.save(
                update_fields=[
                    *("date_order", "real_dates_confirmed", "lookalikes_confirmed", "state")
                ]
            )
        self.refresh_from_db()

    def checked_rows(self) -> int:
        return self.pieces.exclude(found="").aggregate(rows=Sum("rows"))["rows"] or 0

    def keep(self, rows: Iterable[Any]) -> None:
        """Keep the rows that were read, in pieces that are checked one by one."""
        left = iter(rows)
        pieces = iter(lambda: list(islice(left, ROWS_IN_A_PIECE)), [])
        self.pieces.bulk_create(
            ImportPiece(of=self, number=number, rows=len(piece), read=json.dumps(piece))
            for number, piece in enumerate(pieces)
        )

    def check_again(self) -> None:
        """The shop has changed meanwhile: what was found does not count any more."""
        with transaction.atomic():
            waiting = type(self).objects.unconfirmed().filter(pk=self.pk)
            waiting.update(
                state=self.State.CHECKING,
                products="",
                is_checked_again=True,
                lookalikes_confirmed=False,
            )
            self.pieces.update(found="")
        self.refresh_from_db()


class ImportPiece(models.Model):
    """Some rows of an import as they were read and, once they are checked, what was found.

    Both are JSON, one entry for each row.
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    read = models.TextField()
    found = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="import_pieces_in_order")
        ]
        indexes = [models.Index(fields=["of"], condition=Q(found=""), name="import_piece_to_check")]

    def __str__(self) -> str:
        return f"{self.of} {self.number}"
