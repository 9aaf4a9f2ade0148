"""One backup or restore at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import BackupError


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """The lock ends with the process, however that ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with open(os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                "Another backup or restore is under way. Wait until it is done."
            ) from None
        yield


SHARED_FIRST, SHARED_SIZE = 2**30 + 2, 510  # bytes: where SQLite's readers lock their file


@contextmanager
def alone_with(database: Path) -> Iterator[None]:
    """Keep every other process out of an SQLite database; refuse where one has it open.

    While a database is in WAL mode, whoever has it open holds SQLite's shared lock. This asks for
    the file's lock itself, since of a corrupt database SQLite locks nothing. No connection of this
    process may be open: a process is not kept out by its own locks.
    """
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except OSError:
            raise BackupError(
                f"Another program has {database.name} open. Stop the shop first (and Litestream, "
                "where it runs)."
            ) from None
        yield
