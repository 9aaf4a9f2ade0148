"""The scans that a proxy answered itself: deploy/nginx.conf writes a line for each.

A file holds those of one minute and is named after it, such as 2026-11-22T12:00+03:00.log; a line
is what the report said and its path, such as `fresh /batch/7K3QF9XM2A`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from ..models.scan_counts import read_status
from ..rules.batch_code import read_code
from .counter import QUARTER, Scan, save

DONE_WITH = timedelta(minutes=2)  # nginx writes a minute's last line when the minute is over
GIVEN_UP = timedelta(hours=1)
ENDING, TAKEN = ".log", ".taken"


def minute_of(file: Path) -> datetime | None:
    """None where it is no file of scans."""
    try:
        minute = datetime.fromisoformat(file.stem)
    except ValueError:
        return None
    return minute if minute.tzinfo else None


def past_minutes(folder: Path, now: datetime) -> Iterator[Path]:
    for file in sorted(folder.glob(f"*{ENDING}")):
        minute = minute_of(file)
        if minute and minute <= now - DONE_WITH:
            yield file


def given_up(folder: Path, now: datetime) -> Iterator[Path]:
    """Of whoever was killed while they were counted: nobody knows whether they were."""
    for file in sorted(folder.glob(f"*{TAKEN}")):
        minute = minute_of(file)
        if minute and minute <= now - DONE_WITH - GIVEN_UP:
            yield file


def count_file(file: Path) -> None:
    """Add its scans to those of the shop, and remove it. Where that fails, it is left for later.

    It is taken first, by another name. Whoever is killed with it leaves it so, and it is not
    counted again: one minute too few, rather than twice.
    """
    taken = file.with_suffix(TAKEN)
    try:
        file.rename(taken)
    except FileNotFoundError:
        return  # by somebody else
    minute = minute_of(taken)
    assert minute is not None  # noqa: S101 - past_minutes saw to it
    try:
        with taken.open(encoding="utf-8", errors="replace") as lines:
            save(scans_of(lines, minute))
    except Exception:
        taken.rename(file)
        raise
    taken.unlink()


def scans_of(lines: Iterable[str], minute: datetime) -> Counter[Scan]:
    quarter = int(minute.timestamp()) // QUARTER
    scans: Counter[Scan] = Counter()
    for line in lines:
        shown, _space, path = line.strip().partition(" ")
        code = read_code(path.rpartition("/")[2])
        with suppress(ValueError):
            status = read_status(shown)
            if code:
                scans[code, status.value, quarter] += 1
    return scans
