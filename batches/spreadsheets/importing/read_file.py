"""From the bytes of a file to the rows of its table, read in a process of its own.

A row is its line, as a spreadsheet numbers it, and its cells: text as `str`; what a spreadsheet
holds as something else is a list of its kind and the text that it shows, such as
["day", "2026-11-22"]. Of an "unshown" cell it is not certain what it shows: its text is what is
stored.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import IO, Any, BinaryIO, NamedTuple

from django.conf import settings

from ..reader.cell_text import Cell
from ..reader.table import Note, Row
from .errors import UnreadableError
from .messages import unreadable_message

__all__ = ["Cell", "Row", "Table", "read"]

READER = "batches.spreadsheets.reader"
PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")
PATIENCE = 45.0  # seconds; a busy machine takes longer than the work
AT_ONCE = 2  # files; each may take much memory
WAIT_SECONDS = 20.0

reading_now = BoundedSemaphore(AT_ONCE)


class StoredRows:
    """The rows that were read, in a temporary file: one line of JSON for each."""

    def __init__(self, file: IO[bytes], count: int) -> None:
        self.file, self.count = file, count
        self.start = file.tell()

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        self.file.seek(self.start)
        for line in self.file:
            number, cells = json.loads(line)
            yield number, cells


class Table(NamedTuple):
    columns: list[str]
    rows: StoredRows
    sheet: str  # its name, where the file has others
    notes: list[Note]  # what one does not see in the sheet: a code and its detail


@contextmanager
def read(file: BinaryIO, known: Mapping[str, str], required: Sequence[str] = ()) -> Iterator[Table]:
    """Give the table in `file`, whose rows are there until the block ends.

    `known` has the columns that may be there by their normalized names, `required` those that must.
    Raises UnreadableError, whose sentence says how to mend it.
    """
    request = json.dumps({"known": dict(known), "required": [*required]})
    with tempfile.TemporaryFile() as written:
        head = head_of(request, file, written)
        if "error" in head:
            raise UnreadableError(unreadable_message(head["error"], **head["params"]))
        notes = [(code, detail) for code, detail in head["notes"]]
        yield Table(head["columns"], StoredRows(written, head["rows"]), head["sheet"], notes)


def head_of(request: str, file: BinaryIO, written: IO[bytes]) -> dict[str, Any]:
    """Return the reader's first line, or an error if it dies, takes too long or cannot start."""
    if not reading_now.acquire(timeout=WAIT_SECONDS):
        return {"error": "busy", "params": {}}
    try:
        run_reader(request, file, written)
        written.seek(0)
        head: dict[str, Any] = json.loads(written.readline())
    except subprocess.CalledProcessError as error:
        was_stopped = error.returncode != 1  # by a limit of memory or time, rather than a fault
        return {"error": "too_slow" if was_stopped else "damaged", "params": {}}
    except (subprocess.TimeoutExpired, ValueError):
        return {"error": "too_slow", "params": {}}
    except OSError:
        return {"error": "busy", "params": {}}
    finally:
        reading_now.release()
    return head


def run_reader(request: str, file: BinaryIO, written: IO[bytes]) -> None:
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        subprocess.run(  # noqa: S603 # our own program
            [sys.executable, "-m", READER, request],
            stdin=copy,
            stdout=written,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            timeout=PATIENCE,
            check=True,
        )
