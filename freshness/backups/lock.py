"""One backup or restore at a time."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .errors import BackupError

fcntl: Any
try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None


@contextmanager
def only_one(folder: Path, patience: float = 0) -> Iterator[None]:
    """The lock ends with the process, however that ends. Wait for it for `patience` seconds."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with open(os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        deadline = time.monotonic() + patience
        while not is_locked_for_us(file):
            if time.monotonic() >= deadline:
                raise BackupError("Another backup or restore is under way. Wait until it is done.")
            time.sleep(0.5)
        yield


def is_locked_for_us(file: IO[Any]) -> bool:
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            windows: Any = __import__("msvcrt")
            windows.locking(file.fileno(), windows.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError):
        return False
    return True


SHARED_FIRST, SHARED_SIZE = 2**30 + 2, 510  # bytes: where SQLite's readers lock their file


@contextmanager
def alone_with(database: Path) -> Iterator[None]:
    """Keep every other process out of an SQLite database; refuse where one has it open.

    While a database is in WAL mode, whoever has it open holds SQLite's shared lock. This asks for
    the file's lock itself, since of a corrupt database SQLite locks nothing. No connection of this
    process may be open: a process is not kept out by its own locks. Windows itself lets nobody
    replace a file that is open.
    """
    if not fcntl:
        yield
        return
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except OSError:
            raise BackupError(
                f"Another program has {database.name} open. Stop the shop first (and Litestream, "
                "where it runs)."
            ) from None
        yield
