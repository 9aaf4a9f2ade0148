"""Whether this server can do its work. What is wrong is for whoever runs it, not for strangers."""

import logging
import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from batches import day, replica
from batches.models import Batch

log = logging.getLogger("freshness.ready")

LEAST_FREE = 100 * 1024**2  # bytes
told: list[str] = []


def problems() -> list[str]:
    """What keeps it from its work, one plain sentence each.

    With a replica it is ready while reports can be read, though the primary be down.
    """
    found = [*of_the_disk()]
    try:
        found += replica.read(of_the_database)
    except Error as error:
        found.append(f"The database does not answer: {' '.join(str(error).split())}")
    return found


def is_ready() -> bool:
    """Logs what has changed since it was asked last."""
    found = problems()
    if found != told:
        told[:] = found
        log.error(" ".join(found) or "Ready again.")
    return not found


def of_the_disk() -> Iterator[str]:
    default = connections[DEFAULT_DB_ALIAS]
    database = Path(default.settings_dict["NAME"])
    folders = {settings.VAR_DIR} | ({database.parent} if default.vendor == "sqlite" else set())
    for folder in sorted(folders):
        if not folder.is_dir():
            yield f"There is no folder {folder}. Make it, or name another."
            continue
        free = shutil.disk_usage(folder).free
        if free < LEAST_FREE:
            yield f"Only {free // 1024**2} MB are free in {folder}. Make room."


def of_the_database(database: str) -> list[str]:
    if not is_migrated(database):
        is_migrated.cache_clear()
        return ["The database is not up to date. Run: manage.py migrate"]
    return [*of_the_clock(database)]


@cache
def is_migrated(database: str) -> bool:
    """Asked once, if it is: what is applied stays so, and to look takes a tenth of a second."""
    executor = MigrationExecutor(connections[database])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def of_the_clock(database: str) -> Iterator[str]:
    """Compared with the primary database's, and with when somebody last changed batches."""
    now = timezone.now()
    arrived, clock = day.latest_arrival_and_clock(database).first() or (None, None)
    there = day.clock_of(database, clock) or now
    if abs(there - now) > day.MOST_APART:
        here, away = (f"{it:%Y-%m-%d %H:%M:%S}" for it in (now, there))
        yield f"This machine's clock says {here} UTC, the database's {away}. Set it."
    changed = last_change(database) or now
    if changed - now > day.MOST_APART:
        when = f"{changed:%Y-%m-%d %H:%M:%S}"
        yield f"A batch was changed at {when} UTC, which is yet to come. Set the clock."
    if arrived and arrived > timezone.localdate(now + day.MOST_APART):
        yield f"A batch arrived on {arrived}, which is yet to come. Set the clock, or mend it."


def last_change(database: str) -> datetime | None:
    """SQLite has no clock: what is saved by a wrong one must not hide what was saved before.

    PostgreSQL's is right, and the server that saved the change before may have had a wrong one.
    """
    how_many = 100 if connections[database].vendor == "sqlite" else 1
    changes = Batch.history.using(database).order_by("-history_id")
    return max(changes.values_list("history_date", flat=True)[:how_many], default=None)
