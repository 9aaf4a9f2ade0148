"""To take a backup: written, read back, and only then named as one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from . import postgresql, sqlite
from .contents import Contents, differences, require_ours
from .errors import BackupError, reason
from .files import (
    UNFINISHED,
    backups_in,
    checksum_file,
    free_moment,
    last_backup,
    moment_of,
    name_of,
    names_in,
)
from .lock import only_one
from .retention import outdated
from .streams import Identity, Recipient, see_to_disk, write_checksum, write_file


@dataclass(frozen=True)
class Backup:
    path: Path
    contents: Contents


def tools(vendor: str) -> Any:
    """The module that knows the databases of this vendor."""
    return {"sqlite": sqlite, "postgresql": postgresql}[vendor]


WHILE_ANOTHER_IS_TAKEN = 30 * 60  # seconds


def take_backup(now: datetime) -> Backup:
    """Raises BackupError where another is under way, or anything goes wrong."""
    with in_backup_errors(), only_one(settings.BACKUP_DIR):
        return take(settings.BACKUP_DIR, now)


def take_backup_unless_since(moment: datetime, now: datetime) -> Backup | None:
    """Return nothing where there is one from `moment` on. Where one is under way, wait for it."""
    with in_backup_errors(), only_one(settings.BACKUP_DIR, WHILE_ANOTHER_IS_TAKEN):
        newest = last_backup(now)
        return None if newest and newest >= moment else take(settings.BACKUP_DIR, now)


@contextmanager
def in_backup_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, DatabaseError) as error:
        raise BackupError(f"No backup was made: {reason(error)}.") from error


def take(folder: Path, now: datetime) -> Backup:
    clear(folder)
    moment = free_moment(now, names_in(folder))
    name = name_of(moment, connection.vendor, bool(settings.BACKUP_KEY))
    backup = Backup(folder / name, write(folder / f"{UNFINISHED}{name}", folder / name))
    forget(folder)
    return backup


def clear(folder: Path) -> None:
    """What one that was killed has left. None is at work: this process has the lock."""
    names = names_in(folder)
    whole = {checksum_file(folder / it).name for it in backups_in(names)}
    for name in names:
        is_checksum = name.endswith(".sha256") and moment_of(name.removesuffix(".sha256"))
        if name.startswith(UNFINISHED) or (is_checksum and name not in whole):
            (folder / name).unlink()


def write(draft: Path, backup: Path) -> Contents:
    """The last step gives the draft its name; whatever fails before leaves no backup."""
    # To read back what only the owner of BACKUP_KEY can open, a second key is made for this file.
    # It is never written anywhere, and gone with this process.
    own = Identity.generate()
    keys = [Recipient.from_str(settings.BACKUP_KEY), own.to_public()] if settings.BACKUP_KEY else []
    try:
        with tools(connection.vendor).snapshot() as (source, contents):
            write_file(draft, source, keys)
        check(draft, backup.name, [own], contents)
        write_checksum(draft, backup)
        os.rename(draft, backup)
    except BaseException:
        draft.unlink(missing_ok=True)
        checksum_file(backup).unlink(missing_ok=True)
        raise
    see_to_disk(backup.parent)
    return contents  # type: ignore[no-any-return]


def check(draft: Path, name: str, identities: list[Identity], expected: Contents) -> None:
    with tools(connection.vendor).opened(draft, identities) as (_, contents):
        require_ours(contents, name)
        if wrong := differences(expected, contents):
            raise BackupError(f"No backup was made: {wrong[0]} is not whole in it.")


def forget(folder: Path) -> None:
    """Delete what need not be kept: the backup first, so that none is left without its checksum."""
    for name in outdated(names_in(folder)):
        (folder / name).unlink()
        checksum_file(folder / name).unlink()
