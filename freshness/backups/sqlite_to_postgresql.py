"""A shop's data, moved from SQLite to PostgreSQL: every row as it is, and then compared."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import CharField, F, QuerySet, TextField
from django.db.models.functions import Collate

from . import sqlite
from .contents import Contents, holds_anything, known_migrations, newest_batch, require_known
from .errors import BackupError, reason
from .lock import alone_with

SOURCE = "moved_from"  # Django's name for the connection to SQLite
AT_ONCE = 2_000  # rows in memory


@dataclass(frozen=True)
class Moved:
    contents: Contents
    newest: str | None
    was_there: bool  # already, so that nothing was done


def move(file: Path, overwrite: bool) -> Moved:
    if connection.vendor != "postgresql":
        raise BackupError(
            "DATABASE_URL names no PostgreSQL, so there is nowhere to move to. Let it name one."
        )
    with source(file), cursors_of_the_server():
        contents = sound_contents(file)
        was_there = holds_anything() and not overwrite
        if was_there and not is_the_same():
            raise BackupError(
                "The PostgreSQL that DATABASE_URL names holds other accounts or batches, so "
                "nothing was moved. With --overwrite they are replaced."
            )
        if not was_there:
            call_command("migrate", verbosity=0, interactive=False)
            copy_all()
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # or its first searches read whole tables
    return Moved(contents, newest_batch(), was_there)


@contextmanager
def cursors_of_the_server() -> Iterator[None]:
    """All is read in transactions here, where they last, and no table has to fit into memory."""
    usual = connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
    connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = False
    try:
        yield
    finally:
        connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = usual


@contextmanager
def source(file: Path) -> Iterator[None]:
    """Let Django read an SQLite file that nobody else has open, and that nothing can change."""
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    with alone_with(file):
        pass
    changes = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{file.resolve().as_uri()}?mode=ro"}
    connections.databases[SOURCE] = connection.settings_dict | changes | {"OPTIONS": {}}
    try:
        with transaction.atomic(using=SOURCE):
            yield
    except (DatabaseError, sqlite3.Error) as error:
        raise BackupError(f"Nothing was moved: {reason(error)}.") from error
    finally:
        connections[SOURCE].close()
        del connections[SOURCE], connections.databases[SOURCE]


def sound_contents(file: Path) -> Contents:
    with connections[SOURCE].cursor() as cursor:
        contents = sqlite.proved_sound(cursor.connection)
    require_known(contents, file.name)
    if known_migrations() - contents.migrations:
        raise BackupError(
            f"{file.name} is older than this program. First run: "
            f"DATABASE_URL=sqlite:///{file.resolve()} manage.py migrate"
        )
    return contents


def tables() -> list[Any]:
    """All of ours, those of libraries and histories included. django_migrations has no model."""
    models = apps.get_models(include_auto_created=True)
    return [it for it in models if it._meta.managed and not it._meta.proxy]


def copy_all() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        names = ", ".join(f'"{it._meta.db_table}"' for it in tables())
        cursor.execute(f"TRUNCATE {names}")
        for model in tables():
            try:
                copy_table(cursor, model)
            except DatabaseError as error:
                why = str(error).splitlines()[0].rstrip(".")
                raise BackupError(
                    f"Nothing was moved: PostgreSQL refuses a row of {model._meta.db_table}: {why}."
                ) from error
        go_on_counting(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in tables():
            if not has_the_same_rows(model):
                raise BackupError(f"Nothing was moved: {model._meta.db_table} came out different.")


def copy_table(cursor: Any, model: Any) -> None:
    """Each value as it is: no save() of a model, and nothing computed anew."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{it.column}"' for it in fields)
    into = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    with connection.wrap_database_errors, cursor.copy(into) as copy:
        for row in rows(model, SOURCE):
            pairs = zip(fields, row, strict=True)
            copy.write_row([field.get_db_prep_save(value, connection) for field, value in pairs])


def rows(model: Any, using: str) -> Iterator[tuple[Any, ...]]:
    """In the order of their keys, which is the same for texts in either database."""
    names = [it.attname for it in model._meta.concrete_fields]
    found: QuerySet = model._base_manager.using(using).values_list(*names)
    is_text = isinstance(model._meta.pk, CharField | TextField)
    in_c = connections[using].vendor == "postgresql" and is_text
    return found.order_by(Collate(F("pk"), "C") if in_c else F("pk")).iterator(AT_ONCE)


def has_the_same_rows(model: Any) -> bool:
    both = zip_longest(rows(model, SOURCE), rows(model, connection.alias))
    return all(one == other for one, other in both)


def is_the_same() -> bool:
    try:
        with transaction.atomic():
            return all(map(has_the_same_rows, tables()))
    except DatabaseError:  # its tables are those of another version
        return False


def go_on_counting(cursor: Any) -> None:
    """The next row gets the number that SQLite would have given it: none of a deleted one."""
    with connections[SOURCE].cursor() as counted:
        counted.execute("SELECT name, seq FROM sqlite_sequence")
        last = dict(counted.fetchall())
    for model in tables():
        table, key = model._meta.db_table, model._meta.pk.column
        if last.get(table):
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [f'"{table}"', key, last[table]],
            )
