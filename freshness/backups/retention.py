"""Which backups are kept."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from .files import KINDS, backups_in, moment_of, vendor_of

DAYS, WEEKS = 7, 4
A_DAY = timedelta(days=1)


def kept(moments: Iterable[datetime]) -> set[datetime]:
    """All of a day, the newest of each of the last days that have one, and of the last such weeks.

    Where data were lost and a shop is begun anew, its first backup so leaves the last one of the
    shop before. Days without a backup do not count: where none was made for a month, the old ones
    stay. And no clock is asked, so that one that is wrong deletes nothing.
    """
    moments = sorted(moments)
    of_a_day = {it for it in moments if moments[-1] - it < A_DAY}
    of_days = newest_of_each(moments, datetime.date, DAYS)
    of_weeks = newest_of_each(moments, week, WEEKS)
    return of_a_day | of_days | of_weeks


def week(moment: datetime) -> tuple[int, int]:
    return moment.isocalendar()[:2]


def newest_of_each(
    moments: list[datetime], period: Callable[[datetime], Any], most: int
) -> set[datetime]:
    newest = {period(moment): moment for moment in moments}
    return set(sorted(newest.values())[-most:])


def outdated(names: Iterable[str]) -> list[str]:
    """The backups among a folder's files that need not be kept. No file that is not ours is named.

    Those of SQLite and of PostgreSQL are kept apart: a shop that has moved may have to go back.
    """
    backups = backups_in(names)
    by_vendor = [[backup for backup in backups if vendor_of(backup) == vendor] for vendor in KINDS]
    return [name for ours in by_vendor for name in outdated_of_one_kind(ours)]


def outdated_of_one_kind(backups: list[str]) -> list[str]:
    keep = kept(filter(None, map(moment_of, backups)))
    return [backup for backup in backups if moment_of(backup) not in keep]
