"""Whether this server can do its work. What is wrong is for whoever runs it, not for strangers."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from batches import shop_clock
from batches.models import Batch
from batches.report.response import render_report
from batches.report.state import read_state_in
from freshness import replica

log = logging.getLogger("freshness.ready")

LEAST_FREE = 100 * 1024**2  # bytes
COLLECT = "Run: manage.py collectstatic --no-input. Then start the shop again."
PATIENCE = 3  # seconds, for each question to PostgreSQL
BATCHES_READ = 100  # each time; all of them would take minutes in a large shop
told: list[str] = []


def problems() -> list[str]:
    """What keeps it from its work, one plain sentence each.

    With a replica it is ready while reports can be read, though the primary be down.
    """
    found = [*of_the_disk(), *of_static_files(), *of_translations()]
    try:
        found += replica.read(of_the_database)
    except Error as error:
        found.append(f"The database does not do what it is asked: {reason(error)}")
    except Exception as error:  # whatever a report fails at: a damaged row, a template that is gone
        found.append(f"Reports cannot be shown: {reason(error)}")
    return found


def reason(error: Exception) -> str:
    return " ".join(f"{error or type(error).__name__}".split())


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
        try:
            with TemporaryFile(dir=folder) as file:
                file.write(b"written")
        except OSError as error:
            yield f"Nothing can be written in {folder}: {error.strerror}."
        free = shutil.disk_usage(folder).free
        if free < LEAST_FREE:
            yield f"Only {free // 1024**2} MB are free in {folder}. Make room."
    if default.vendor == "sqlite" and database.exists() and not os.access(database, os.W_OK):
        yield f"{database} cannot be written. Give it to the user who runs the shop."


def of_static_files() -> Iterator[str]:
    """Without its entry in the manifest, each page that names a file is an error."""
    try:
        if not isinstance(staticfiles_storage, ManifestFilesMixin):
            return
        stored = staticfiles_storage.hashed_files
    except (OSError, ValueError) as error:
        yield f"{reason(error)}. {COLLECT}"
        return
    missing = [it for it in own_static_files() if it not in stored]
    missing += [it for it, name in stored.items() if not staticfiles_storage.exists(name)]
    if missing:
        yield (
            f"{len(missing)} of the pages' files are not in {settings.STATIC_ROOT}, such as "
            f"{missing[0]}. {COLLECT}"
        )


@cache
def own_static_files() -> list[str]:
    """The names of the files in static/ as templates name them; they change with the program."""
    return [
        file.relative_to(folder).as_posix()
        for folder in settings.STATICFILES_DIRS
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    ]


def of_translations() -> Iterator[str]:
    """Without its catalogue, a language's pages are in English."""
    [folder] = settings.LOCALE_PATHS
    for language in dict(settings.LANGUAGES):
        catalogue = folder / language / "LC_MESSAGES" / "django.mo"
        if language != "en" and not os.access(catalogue, os.R_OK):
            yield f"{catalogue} cannot be read. Put it back: it comes with the program."


def of_the_database(database: str) -> list[str]:
    if not is_migrated(database):
        is_migrated.cache_clear()
        return ["The database is not up to date. Run: manage.py migrate"]
    with short_patience(database):
        read_reports(database)
        return [*of_the_clock(database)]


@contextmanager
def short_patience(database: str) -> Iterator[None]:
    """PostgreSQL gives up after PATIENCE: whoever asks whether it is ready waits no longer."""
    if connections[database].vendor != "postgresql":
        yield
        return
    with transaction.atomic(using=database), connections[database].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}s'")
        yield


def read_reports(database: str) -> None:
    """Read batches as reports do, and make the newest one's; raises whatever that raises."""
    batches = Batch.objects.using(database).select_related("product").newest_first()
    newest = [batch.pk for batch in batches[:BATCHES_READ]]
    if newest and (state := read_state_in(newest[0], database)):
        render_report(state)


@cache
def is_migrated(database: str) -> bool:
    """Asked once, if it is: what is applied stays so, and to look takes a tenth of a second."""
    executor = MigrationExecutor(connections[database])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def of_the_clock(database: str) -> Iterator[str]:
    """Compared with the primary database's, and with when somebody last changed batches."""
    now = timezone.now()
    arrived, clock = shop_clock.latest_arrival_and_clock(database).first() or (None, None)
    there = shop_clock.clock_of(database, clock) or now
    if abs(there - now) > shop_clock.MOST_APART:
        here, away = (f"{it:%Y-%m-%d %H:%M:%S}" for it in (now, there))
        yield f"This machine's clock says {here} UTC, the database's {away}. Set it."
    changed = last_change(database) or now
    if changed - now > shop_clock.MOST_APART:
        when = f"{changed:%Y-%m-%d %H:%M:%S}"
        yield f"A batch was changed at {when} UTC, which is yet to come. Set the clock."
    if arrived and arrived > timezone.localdate(now + shop_clock.MOST_APART):
        yield f"A batch arrived on {arrived}, which is yet to come. Set the clock, or mend it."


def last_change(database: str) -> datetime | None:
    """SQLite has no clock: what is saved by a wrong one must not hide what was saved before.

    PostgreSQL's is right, and the server that saved the change before may have had a wrong one.
    """
    how_many = 100 if connections[database].vendor == "sqlite" else 1
    changes = Batch.history.using(database).order_by("-history_id")
    return max(changes.values_list("history_date", flat=True)[:how_many], default=None)
