"""To restore a backup. Whatever is wrong with it is told before anything is touched."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from . import postgresql, sqlite
from .contents import Contents, holds_anything, known_migrations, newest_batch, require_known
from .create import tools
from .errors import BackupError, reason
from .files import vendor_of
from .lock import only_one
from .streams import Identity, require_whole

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Restored:
    contents: Contents
    newest: str | None
    kept: str  # where that is which was there before
    needs_migrate: bool


def restore_backup(backup: Path, key: Path | None, overwrite: bool) -> Restored:
    require_right_kind(backup)
    identities = read_key(backup, key)
    try:
        with only_one(settings.BACKUP_DIR):
            require_whole(backup)
            with tools(connection.vendor).opened(backup, identities) as (plain, contents):
                require_known(contents, backup.name)
                held = held_before(overwrite)
                kept = (
                    sqlite.put_in_place(plain, keep=held)
                    if plain
                    else postgresql.replace(backup, contents, identities)
                )
    except (OSError, sqlite3.Error, DatabaseError) as error:
        raise BackupError(f"Nothing was restored: {reason(error)}.") from error
    needs_migrate = bool(known_migrations() - contents.migrations)
    return Restored(contents, newest_batch(), kept, needs_migrate)


def require_right_kind(backup: Path) -> None:
    if not backup.is_file():
        raise BackupError(f"There is no file {backup}.")
    vendor = vendor_of(backup.name)
    if vendor is None:
        raise BackupError(
            f"{backup.name} is no backup of Freshness Tracker: those are called such as "
            "freshness-20261122T090000Z.sqlite3.gz."
        )
    if vendor == connection.vendor:
        return
    known = f"{backup.name} is of {NAMES[vendor]}, and the database is {NAMES[connection.vendor]}. "
    if vendor == "sqlite":
        raise BackupError(
            f"{known}Restore it into SQLite, by DATABASE_URL=sqlite:////tmp/shop.sqlite3, and move "
            "it from there: manage.py copy_from /tmp/shop.sqlite3."
        )
    raise BackupError(f"{known}Let DATABASE_URL name a PostgreSQL.")


def read_key(backup: Path, key: Path | None) -> list[Identity]:
    """The private keys in a file as age-keygen writes it."""
    if backup.suffix != ".age":
        return []
    if key is None:
        raise BackupError(
            f"{backup.name} is encrypted. Name the file of its private key: --identity FILE."
        )
    try:
        lines = [line.strip() for line in key.read_text().splitlines()]
        identities = [Identity.from_str(it) for it in lines if it and not it.startswith("#")]
    except Exception:  # no text, no key, no file; what it holds is told to nobody
        identities = []
    if not identities:
        raise BackupError(f"{key} holds no private key: those begin with AGE-SECRET-KEY-1.")
    return identities


def held_before(overwrite: bool) -> bool:
    """Whether the database holds accounts or batches, or cannot be read.

    Raises BackupError where it does and is not to be overwritten.
    """
    try:
        held = holds_anything()
    except OperationalError:
        if not overwrite:
            raise
        return True
    if held and not overwrite:
        raise BackupError(
            "The database holds accounts or batches, so nothing was restored. With --overwrite "
            "they are replaced by what the backup holds."
        )
    return held
