"""Backups of SQLite: a copy by its own online backup, compressed."""

import io
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.db import connection

from .contents import MIGRATIONS, Contents
from .errors import BackupError, reason
from .files import MOMENT
from .lock import alone_with
from .streams import Compressed, Decompressing, Identity, read_file, see_to_disk

WORK = ".freshness-backup-"  # begins the name of a folder beside the database


def database() -> Path:
    return Path(connection.settings_dict["NAME"])


@contextmanager
def work_folder() -> Iterator[Path]:
    """For plain copies: beside the database, which is no more secret than they are."""
    folder = database().parent
    for left in folder.glob(f"{WORK}*"):  # by one that was killed: there is no other at work
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=WORK, dir=folder) as name:
        yield Path(name)


@contextmanager
def snapshot() -> Iterator[tuple[BinaryIO, Contents]]:
    """The database as it is at one moment, to be read as a stream; nobody who saves has to wait."""
    if not database().exists():
        raise BackupError(f"There is no database at {database()} to back up.")
    with work_folder() as folder:
        copy = folder / "copy"
        contents = copy_database(database(), copy)
        with copy.open("rb") as file:
            yield io.BufferedReader(Compressed(file)), contents


def copy_database(source: Path, target: Path) -> Contents:
    """Copy all pages in one step: between two steps, somebody's saving would begin it anew."""
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source, timeout=20)) as live, closing(open_plain(target)) as copy:
        live.isolation_level = None
        live.execute("BEGIN")  # the counts and the copy are of one moment
        contents = counted(live)
        live.backup(copy)
        live.execute("ROLLBACK")
    return contents


def open_plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def row_count(database: sqlite3.Connection, table: str) -> int:
    count: int = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
    return count


def counted(database: sqlite3.Connection) -> Contents:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
    tables = [name for (name,) in database.execute(query + "ESCAPE '\\'")]
    counts = {name: row_count(database, name) for name in tables}
    rows = database.execute(f"SELECT app, name FROM {MIGRATIONS}") if MIGRATIONS in tables else []  # noqa: S608
    return Contents(counts, frozenset((app, name) for app, name in rows))


@contextmanager
def opened(backup: Path, identities: list[Identity]) -> Iterator[tuple[Path, Contents]]:
    """The database that is in a backup's file, once it is proved sound, and what it holds."""
    with work_folder() as folder:
        plain = folder / database().name
        try:
            with open(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                target = Decompressing(file)
                read_file(backup, target, identities)
                target.finish()
                os.fsync(file.fileno())
            yield plain, checked(plain)
        except (sqlite3.DatabaseError, zlib.error) as error:
            raise BackupError(f"{backup.name} holds no sound database: {reason(error)}.") from None


def checked(plain: Path) -> Contents:
    with closing(open_plain(plain)) as restored:
        # A copy of a database in WAL mode would leave files of its own beside it.
        restored.execute("PRAGMA locking_mode = EXCLUSIVE")
        return proved_sound(restored)


def proved_sound(database: sqlite3.Connection) -> Contents:
    [found] = database.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    if broken := database.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.DatabaseError(
            f"a row of {broken[0]} points to one of {broken[2]} that is not there"
        )
    return counted(database)


def put_in_place(plain: Path, keep: bool) -> str:
    """Let `plain` be the shop's database, in one step.

    Return the name under which the one that was there is kept, or "" where it is not to be.
    """
    target = database()
    connection.close()
    keep_owner(plain, target if target.exists() else target.parent)
    if not target.exists():
        os.replace(plain, target)
        see_to_disk(target.parent)
        return ""
    kept = target.with_name(f"{target.name}.before-{datetime.now(UTC).strftime(MOMENT)}")
    with alone_with(target):
        os.link(target, kept)
        # A log left by a crash belongs to the old database, and would be replayed into the new.
        for ending in ("-wal", "-shm"):
            log = target.with_name(target.name + ending)
            if log.exists():
                os.replace(log, kept.with_name(kept.name + ending))
        os.replace(plain, target)
        see_to_disk(target.parent)
    if keep:
        return kept.name
    for ending in ("", "-wal", "-shm"):
        kept.with_name(kept.name + ending).unlink(missing_ok=True)
    return ""


def keep_owner(plain: Path, like: Path) -> None:
    """What root restores, the shop must be able to write."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.chown(plain, like.stat().st_uid, like.stat().st_gid)
