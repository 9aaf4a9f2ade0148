"""Saves what a checked file holds: all of it or nothing, in one transaction.

Whoever else writes to SQLite waits for it, so all is made ready before, and it only inserts.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Batch, Import, Product
from .checking import CHANGED, NEW, UNCHANGED, Found, fingerprint, found_rows, version

AT_ONCE = 500
Model = type[Batch] | type[Product]


class ChangedMeanwhileError(Exception):
    """The shop is not as it was when the file was checked."""


def save(being: Import) -> bool:
    """Whether it is saved, now or before. Where the shop has changed, it is to be checked again."""
    try:
        ready = Ready(being)
        with transaction.atomic():
            locked = Import.objects.locked().get(pk=being.pk)
            if locked.may_be_confirmed():
                ready.save()
                locked.pieces.all().delete()
                locked.state, locked.done_at = Import.State.DONE, timezone.now()
                locked.save(update_fields=["state", "done_at"])
        being.refresh_from_db()
    except (ChangedMeanwhileError, IntegrityError):
        being.refresh_from_db()
        if not being.is_done:
            being.check_again()
    return being.is_done


class Ready:
    """What is to be written, made from what was found; raises ChangedMeanwhileError."""

    def __init__(self, being: Import) -> None:
        self.being = being
        self.model: Model = Batch if being.kind == Import.Kind.BATCHES else Product
        self.new: list[Any] = []
        self.changed: list[Any] = []
        self.versions: dict[Any, str] = {}
        self.written: list[str] = []
        for rows in chunks(found_rows(being, NEW, CHANGED, UNCHANGED)):
            self.prepare(rows)
        self.history = [self.past(it, "+") for it in self.new]
        self.history_of_changes = [self.past(it, "~") for it in self.changed]

    def prepare(self, rows: list[Found]) -> None:
        self.versions |= {row["pk"]: row["version"] for row in rows if row["is"] != NEW}
        changes = {row["pk"]: row["values"] for row in rows if row["is"] == CHANGED}
        there = self.model._default_manager.in_bulk(list(changes))
        if len(there) < len(changes):
            raise ChangedMeanwhileError
        for key, instance in there.items():
            self.changed.append(self.filled(instance, changes[key]))
        for row in rows:
            if row["is"] == NEW:
                self.new.append(self.filled(self.model(), row["values"]))

    def filled(self, instance: Any, values: dict[str, Any]) -> Any:
        days = {it.attname for it in self.model._meta.fields if type(it) is models.DateField}
        for name, value in values.items():
            is_day = value and name in days
            setattr(instance, name, date.fromisoformat(value) if is_day else value)
        if isinstance(instance, Batch):
            instance.saved_on = instance.latest_day()
            if instance._state.adding:
                instance.created_by_id = self.being.author_id
        by_column = {it.attname: it.name for it in self.model._meta.concrete_fields}
        self.written = [by_column[name] for name in values]
        return instance

    def past(self, instance: Any, kind: str) -> Any:
        """The entry in its history."""
        history = self.model.history.model
        return history(
            history_date=timezone.now(),
            history_user=self.being.author,
            history_change_reason=_("Imported from %(file)s") % {"file": self.being.file_name},
            history_type=kind,
            **{it.attname: getattr(instance, it.attname) for it in history.tracked_fields},
        )

    def save(self) -> None:
        self.refuse_if_changed()
        self.model._default_manager.bulk_create(self.new, batch_size=AT_ONCE)
        for entry, instance in zip(self.history, self.new, strict=True):
            entry.id = instance.pk
            if isinstance(instance, Batch):
                entry.created_at = instance.created_at
        if self.changed:
            self.overwrite()
        history = self.model.history.model.objects
        history.bulk_create(self.history + self.history_of_changes, batch_size=AT_ONCE)

    def refuse_if_changed(self) -> None:
        if fingerprint() != self.being.products:
            raise ChangedMeanwhileError
        for keys in chunks(iter(self.versions)):
            held = self.model._default_manager.select_for_update().order_by("pk")
            now = {it.pk: version(it) for it in held.filter(pk__in=keys).only(*self.told_by())}
            if any(now.get(key) != self.versions[key] for key in keys):
                raise ChangedMeanwhileError

    def told_by(self) -> list[str]:
        return ["pk", "updated_at"] if self.model is Batch else ["pk"]

    def overwrite(self) -> None:
        """By INSERT that updates instead: Django's bulk_update takes minutes for thousands."""
        self.model._default_manager.bulk_create(
            self.changed,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[*self.written, *self.told_by()[1:]],
        )


def chunks(items: Iterator[Any]) -> Iterator[list[Any]]:
    some: list[Any] = []
    for item in items:
        some.append(item)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some
