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
from collections.abc import Mapping, Sequence
from threading import BoundedSemaphore
from typing import IO, Any, BinaryIO

from django.conf import settings

from .messages import unreadable_message
from .reader.table import Row, Table
from .reader.text import Cell
from .wrong import UnreadableError

__all__ = ["Cell", "Row", "Table", "read"]

READER = "batches.importing.reader"
PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")
PATIENCE = 45.0  # seconds; a busy machine takes longer than the work
AT_ONCE = 2  # files; each may take much memory
WAIT_SECONDS = 20.0

reading_now = BoundedSemaphore(AT_ONCE)


def read(file: BinaryIO, known: Mapping[str, str], required: Sequence[str] = ()) -> Table:
    """Return the table in `file`.

    `known` has the columns that may be there by their normalized names, `required` those that must.
    Raises UnreadableError, whose sentence says how to mend it.
    """
    if not reading_now.acquire(timeout=WAIT_SECONDS):
        raise UnreadableError(unreadable_message("busy"))
    try:
        answer = answer_for(file, json.dumps({"known": dict(known), "required": [*required]}))
    finally:
        reading_now.release()
    if "error" in answer:
        raise UnreadableError(unreadable_message(answer["error"], **answer["params"]))
    rows = [(line, cells) for line, cells in answer["rows"]]
    notes = [(code, detail) for code, detail in answer["notes"]]
    return Table(answer["columns"], rows, answer["sheet"], notes)


def answer_for(file: BinaryIO, request: str) -> dict[str, Any]:
    """Return what the reader answers, or an error if it dies or takes too long."""
    with tempfile.TemporaryFile() as copy, tempfile.TemporaryFile() as written:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        try:
            run_reader(request, copy, written)
            written.seek(0)
            answer: dict[str, Any] = json.load(written)
        except subprocess.CalledProcessError as error:
            was_stopped = error.returncode != 1  # by a limit of memory or time, rather than a fault
            return {"error": "too_slow" if was_stopped else "damaged", "params": {}}
        except (subprocess.TimeoutExpired, ValueError):
            return {"error": "too_slow", "params": {}}
        except OSError:
            return {"error": "busy", "params": {}}
        return answer


def run_reader(request: str, file: IO[bytes], written: IO[bytes]) -> None:
    subprocess.run(  # noqa: S603 # our own program
        [sys.executable, "-m", READER, request],
        stdin=file,
        stdout=written,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        timeout=PATIENCE,
        check=True,
    )
