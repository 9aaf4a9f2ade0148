"""Saves what a checked file holds: all of it or nothing, in one transaction.

Whoever else writes to SQLite waits for it, so all is made ready before, and it only writes.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ...models import Batch, Import, Product, bulk
from ...models.bulk import pieces
from ...models.recall_lock import share_recall_lock
from ...rules.batch_code import new_code
from ...shop_clock import shop_today
from ..rows.resources import RESOURCES
from .recalled_lots import RecalledRows
from .result import CHANGED, NEW, UNCHANGED, Found, fingerprint, found_rows, version


class ChangedMeanwhileError(Exception):
    """The shop is not as it was when the file was checked."""


def save(job: Import, shelf_reason: str = "") -> bool:
    """Whether it is saved, now or before. Where the shop has changed, it is to be checked again.

    Batches of recalled lots are saved as recalled unless its author, an administrator, gives a
    `shelf_reason`. It is kept with the file, to be shown where the file is checked again.

    Raises Import.DoesNotExist where it was forgotten meanwhile.
    """
    if job.shelf_reason != shelf_reason:
        Import.objects.unconfirmed().filter(pk=job.pk).update(shelf_reason=shelf_reason)
        job.shelf_reason = shelf_reason
    try:
        ready = Ready(job)
        with transaction.atomic():
            share_recall_lock()
            locked = Import.objects.locked().get(pk=job.pk)
            if locked.date_order != job.date_order:
                raise ChangedMeanwhileError
            if locked.may_be_confirmed():
                ready.save()
                locked.pieces.all().delete()
                locked.state, locked.done_at = Import.State.DONE, timezone.now()
                locked.shelf_reason = shelf_reason
                locked.save(update_fields=["state", "done_at", "shelf_reason"])
        job.refresh_from_db()
    except (ChangedMeanwhileError, IntegrityError):
        job.refresh_from_db()
        if not job.is_done:
            job.check_again()
    return job.is_done


class Ready:
    """The rows to be written, made from what was found.

    Whoever writes rows of the same table at the same moment takes them in the same order: none
    waits for one that waits for it.
    """

    def __init__(self, job: Import) -> None:
        self.job = job
        resource = RESOURCES[job.kind]()
        self.model: Any = resource._meta.model
        self.fields = resource.written_fields
        self.new: list[tuple[str, list[Any]]] = []
        self.changed: bulk.Rows = []
        self.versions: dict[Any, str] = {}
        self.recalled_rows = RecalledRows()
        self.new_codes: dict[str, str] = {}
        self.good_until: list[str] = []
        for row in found_rows(job, NEW, CHANGED, UNCHANGED):
            self.take(row)

    def take(self, row: Found) -> None:
        self.recalled_rows.note(row)
        values = [row["values"][it.attname] for it in self.fields] if "values" in row else []
        if row["is"] == NEW:
            self.new.append((row["key"], values))
            return
        self.versions[row["pk"]] = row["version"]
        if row.get("good_until"):
            self.good_until.append(row["good_until"])
        if row["is"] == CHANGED:
            self.changed.append([*values, row["pk"]])

    def save(self) -> None:
        self.refuse_if_changed()
        self.insert()
        self.update()
        self.recalled_rows.join(self.new_codes, self.job)

    def refuse_if_changed(self) -> None:
        """Rows may have been checked on a day of which it turned out since that it has not come.

        And what was on the shelf then may have expired since: other rules hold for it.
        """
        today = f"{shop_today()}"
        if fingerprint() != self.job.products or self.latest_arrival() > today:
            raise ChangedMeanwhileError
        if min(self.good_until, default="9") <= today:
            raise ChangedMeanwhileError
        for some in pieces(sorted(self.versions)):
            held = self.model.objects.select_for_update().order_by("pk").filter(pk__in=some)
            now = {it.pk: version(it) for it in held}
            if any(now.get(key) != self.versions[key] for key in some):
                raise ChangedMeanwhileError
        self.recalled_rows.look_up()
        if not self.recalled_rows.are_as_shown():
            raise ChangedMeanwhileError

    def latest_arrival(self) -> str:
        names = [field.name for field in self.fields]
        if "arrival_date" not in names:
            return ""
        rows = [*(row for _key, row in self.new), *self.changed]
        return max((row[names.index("arrival_date")] for row in rows), default="")

    def insert(self) -> None:
        """With what a file says nothing of as it is in any new one, and a code for each batch."""
        new = [row for _key, row in sorted(self.new)]
        blank = self.model()
        if isinstance(blank, Batch):
            blank.created_by_id = self.job.author_id
        key, *others = self.model._meta.concrete_fields
        rest = [field for field in others if field not in self.fields]
        same = [bulk.prepared(field, field.pre_save(blank, True)) for field in rest]
        if isinstance(blank, Batch):
            keys: list[Any] = [new_code() for _row in self.new]
            self.new_codes = dict(zip(sorted(key for key, _row in self.new), keys, strict=True))
            rows = [[code, *row, *same] for code, row in zip(keys, new, strict=True)]
            bulk.insert(self.model, [key, *self.fields, *rest], rows)
        else:
            bulk.insert(self.model, [*self.fields, *rest], [[*row, *same] for row in new])
            keys = self.keys_of_new_products()
        self.remember(keys, "+")

    def keys_of_new_products(self) -> list[int]:
        return [
            key
            for some in pieces([name for name, _row in self.new])
            for key in Product.objects.filter(name_folded__in=some).values_list("pk", flat=True)
        ]

    def update(self) -> None:
        now = [it for it in self.model._meta.concrete_fields if getattr(it, "auto_now", False)]
        times = [bulk.prepared(field, timezone.now()) for field in now]
        rows = [[*times, *row] for row in self.changed]
        bulk.update(self.model, [*now, *self.fields], rows)
        self.remember([row[-1] for row in self.changed], "~")

    def remember(self, keys: list[Any], kind: str) -> None:
        why = _("Imported from %(file)s") % {"file": self.job.file_name}
        bulk.remember(self.model, keys, kind, self.job.author, why)
