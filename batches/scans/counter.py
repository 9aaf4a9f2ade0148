"""Counts customers' scans, and keeps nothing of who scans.

A scan costs the report no write and no query: it is counted in memory, and the counts are saved
some seconds later. A worker that is killed loses those seconds' scans. Behind a proxy that keeps
reports, most never come here: there the proxy's log is counted (see count_scans).
"""

import atexit
import logging
import time
from collections import Counter
from datetime import UTC, date, datetime
from itertools import islice
from threading import Lock, Thread

from django.db import Error, close_old_connections, connection, transaction
from django.utils import timezone

from ..models.scan_counts import add_scans
from ..rules.batch_code import read_code

QUARTER = 900  # seconds; every time zone's hours begin with one, and it is had without a calendar
MOST = 50_000  # counts kept in memory while the database does not answer
AT_ONCE = 500  # counts in a transaction: staff wait for none that is longer
SECONDS = 15

# The batch's code as it was asked for, what its report said, and the quarter of an hour since 1970.
Scan = tuple[str, str, int]

log = logging.getLogger("freshness.scans")


def save(scans: Counter[Scan]) -> None:
    """All of them, or none where Error is raised."""
    by_batch: Counter[tuple[str, date]] = Counter()
    by_hour: Counter[tuple[date, int, str]] = Counter()
    for (text, shown, quarter), count in scans.items():
        code = read_code(text)
        moment = timezone.localtime(datetime.fromtimestamp(quarter * QUARTER, UTC))
        if code:
            by_batch[code, moment.date()] += count
        by_hour[moment.date(), moment.hour, shown] += count
    with transaction.atomic():
        add_scans(by_batch, by_hour)


class Tally:
    """The scans of a process that are not saved yet."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.scans: Counter[Scan] = Counter()
        self.lost = 0
        self.counting, self.saving = Lock(), Lock()
        self.thread: Thread | None = None

    def add(self, text: str, shown: str) -> None:
        scan = text, shown, int(time.time()) // QUARTER
        with self.counting:
            self.count(scan, 1)
            if self.thread is None:  # only now: gunicorn forks its workers before they are asked
                self.thread = Thread(target=self.save_now_and_then, daemon=True)
                self.thread.start()
                atexit.register(self.save)

    def count(self, scan: Scan, count: int) -> None:
        if scan in self.scans or len(self.scans) < MOST:
            self.scans[scan] += count
        else:
            self.lost += count

    def save_now_and_then(self) -> None:
        while True:
            time.sleep(self.seconds)
            self.save()

    def save(self) -> None:
        """Save what there is; what cannot be saved now is saved next time."""
        with self.saving:
            with self.counting:
                scans, self.scans = self.scans, Counter()
            if scans:
                self.save_or_keep(scans)

    def save_or_keep(self, scans: Counter[Scan]) -> None:
        close_old_connections()
        try:
            while scans:
                some = Counter(dict(islice(scans.items(), AT_ONCE)))
                save(some)
                scans -= some
        except Error as error:
            self.keep(scans)
            log.warning("Scans are saved later, for the database says: %s", error)
        finally:
            connection.close()

    def keep(self, scans: Counter[Scan]) -> None:
        with self.counting:
            for scan, count in scans.items():
                self.count(scan, count)
            if self.lost:
                log.warning(
                    "Scans that are not counted, as there were too many to remember: %d", self.lost
                )
                self.lost = 0
