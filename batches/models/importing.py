"""A file that somebody brings in: its rows, what was found of them, and whether it was confirmed.

All of it is in the database, so that any process of any machine goes on where another stopped.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ROWS_IN_A_PIECE = 500
KEPT_UNCONFIRMED = timedelta(days=1)


class ImportQuerySet(models.QuerySet["Import"]):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def unconfirmed(self) -> Self:
        return self.exclude(state=Import.State.DONE)

    def clean_away(self) -> None:
        """Forget those that nobody confirmed within a day."""
        self.unconfirmed().filter(uploaded_at__lt=timezone.now() - KEPT_UNCONFIRMED).delete()


class Import(models.Model):
    """One file. `columns` and `ignored` are the names above its columns, in JSON."""

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
    # New or changed ones of which other batches are recalled.
    of_recalled_lots = models.PositiveIntegerField(default=0)

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

    def may_be_confirmed(self) -> bool:
        return self.state == self.State.CHECKED and not self.refused and self.changes > 0

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
        self.pieces.update(found="")
        state = self.State.CHECKING
        type(self).objects.filter(pk=self.pk).update(
            state=state, products="", is_checked_again=True
        )
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
