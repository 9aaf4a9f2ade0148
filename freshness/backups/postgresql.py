"""Backups of PostgreSQL: an archive of pg_dump, which pg_restore and psql bring back."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import environ
from pathlib import Path
from typing import IO, BinaryIO

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from . import pg_archive
from .contents import Contents
from .errors import BackupError
from .streams import CHUNK, Identity

PATIENCE = "30s"  # for those who use the tables that are to be replaced


def tool(name: str, *options: str) -> tuple[list[str], dict[str, str]]:
    """A command of PostgreSQL, and its environment: nobody sees the password in `ps`."""
    arguments, secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return [name, *options, *arguments[1:]], environ | (secrets or {})


@contextmanager
def started(
    name: str, *options: str, **pipes: int | IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """One that has to end well; what it said when it did not is told."""
    command, environment = tool(name, *options)
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, env=environment, stderr=said, **pipes)  # type: ignore[call-overload]  # noqa: S603
        except FileNotFoundError:
            raise BackupError(f"There is no {name} here. Install PostgreSQL's client.") from None
        try:
            yield process
        except BrokenPipeError:
            pass  # it has ended already, and says why
        except BaseException:
            process.kill()
            process.wait()
            raise
        with suppress(BrokenPipeError):
            for pipe in filter(None, (process.stdin, process.stdout)):
                pipe.close()
        if process.wait():
            said.seek(0)
            raise BackupError(f"{name} did not do it: {pg_archive.complaint(said.read())}.")


@contextmanager
def snapshot() -> Iterator[tuple[BinaryIO, Contents]]:
    """The database as it is at one moment, to be read as a stream; nobody who saves has to wait."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        contents = counted()
        cursor.execute("SELECT pg_export_snapshot(), current_schema()")
        shared, schema = cursor.fetchone()
        options = ["--format=custom", f"--snapshot={shared}", f'--table="{schema}".*']
        with started("pg_dump", "--no-password", *options, stdout=subprocess.PIPE) as dump:
            assert dump.stdout  # noqa: S101
            yield dump.stdout, contents  # type: ignore[misc]


def counted() -> Contents:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
            counts[table] = cursor.fetchone()[0]
        cursor.execute("SELECT app, name FROM django_migrations")
        return Contents(counts, frozenset(cursor.fetchall()))


@contextmanager
def opened(backup: Path, identities: list[Identity]) -> Iterator[tuple[None, Contents]]:
    """What an archive holds, once it is read to its end."""
    yield None, pg_archive.read(backup, identities)


def replace(backup: Path, contents: Contents, identities: list[Identity]) -> str:
    """Put what the archive holds in the place of what is there: all of it, or nothing."""
    connection.close()
    options = ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"]
    with (
        started("psql", *options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as psql,
        pg_archive.as_sql(backup, identities) as (script, finish),
    ):
        assert psql.stdin  # noqa: S101
        psql.stdin.write(f"BEGIN; SET LOCAL lock_timeout = '{PATIENCE}';\n{DROP_ALL}".encode())
        shutil.copyfileobj(script, psql.stdin, CHUNK)
        finish()  # raises where the archive broke off, and then nothing is committed
        psql.stdin.write(f"{require_counts(contents)}\nCOMMIT;\nANALYZE;\n".encode())
    return ""


# Of this schema alone, and no more than a backup takes: extensions and other schemas stay.
DROP_ALL = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname = current_schema()
  LOOP EXECUTE 'DROP TABLE ' || name || ' CASCADE'; END LOOP;
END $$;
"""


def require_counts(contents: Contents) -> str:
    """SQL that undoes all where a table has not as many rows as the archive."""
    checks = [
        f"IF (SELECT count(*) FROM {table}) <> {count} THEN "  # noqa: S608
        f"RAISE EXCEPTION 'not all of {table} has come back'; END IF;"
        for table, count in contents.counts.items()
    ]
    return "\n".join(["RESET search_path;", "DO $$ BEGIN", *checks, "END $$;"])
