"""Reports are read from a replica, where DATABASE_REPLICA_URL names one, and miss nothing by it.

Each process asks the primary, again and again, how far it has written its log, and the replica how
far it has replayed that. The replica holds for TRUSTED seconds from when the primary was last asked
for a place that the replica has reached since. Whoever saves is answered when the replica has it,
at the latest after PATIENCE, which is longer: by then no process holds a replica for up to date
that has it not. What counts is how long something takes, never what time it is: no two clocks
need agree. How far the primary was last known to be is kept in a file, for processes that begin
while it is down.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections

if TYPE_CHECKING:
    from psycopg import Connection

REPLICA = "replica"

# Seconds.
TRUSTED = 1.0
PATIENCE = 1.25
SILENT = 1.5  # who has not answered for so long is down
PAUSE = 0.2  # between two questions
SHORT_PAUSE = 0.005  # while somebody waits for the answer

WRITTEN = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint, statement_timestamp()"
# 0: it replays nothing, and is no replica.
REPLAYED = "SELECT COALESCE((pg_last_wal_replay_lsn() - '0/0')::bigint, 0)"

NEVER = float("-inf")
T = TypeVar("T")


class Places:
    """How far both have come. All times are seconds of one clock that only goes forward.

    Until the primary has answered, it is taken to have come as far as `known`.
    """

    def __init__(self, now: float, known: int = 0) -> None:
        self.known = known
        self.primary_answered_at = (
            now - TRUSTED
        )  # as if it was overdue: its first answer is awaited
        self.replica_answered_at = NEVER
        self.written: deque[tuple[float, int]] = deque(maxlen=100)  # when it was asked, and where
        self.replayed = 0
        self.reached_at = NEVER  # when a place was asked for that the replica has reached since

    def hear_of_primary(self, asked_at: float, place: int) -> None:
        self.primary_answered_at = asked_at
        self.known = place
        self.written.append((asked_at, place))
        self.compare()

    def hear_of_replica(self, asked_at: float, place: int) -> None:
        self.replica_answered_at = asked_at
        self.replayed = place
        self.compare()

    def lose_replica(self) -> None:
        """One that was started anew may for a moment show less than it did before."""
        self.replayed, self.reached_at = 0, NEVER

    def compare(self) -> None:
        reached = [asked_at for asked_at, place in self.written if place <= self.replayed]
        self.reached_at = max(reached, default=self.reached_at)

    def is_unclear(self, now: float) -> bool:
        """Whether the primary has been silent for too long to be trusted, and not for long enough
        to be given up.
        """
        return TRUSTED <= now - self.primary_answered_at <= SILENT

    def is_primary_down(self, now: float) -> bool:
        return now - self.primary_answered_at > SILENT

    def lacks_nothing_known(self) -> bool:
        return self.replayed >= self.known

    def replica_holds_until(self, now: float) -> float:
        """Until when a report may be read from the replica; before `now` where it may not.

        Where the primary is down, one that has all that the primary was last heard of still
        answers customers; one that is known to lack something does not.
        """
        if self.is_primary_down(now) and self.lacks_nothing_known():
            return self.replica_answered_at + SILENT
        return self.reached_at + TRUSTED


class Watch:
    """Asks both, as long as the process lives."""

    def __init__(self) -> None:
        self.places = Places(time.monotonic(), known=kept_place())
        self.heard = threading.Condition()
        self.hurry = threading.Event()
        self.waiting = 0
        self.clock: tuple[float, datetime] | None = None  # the primary's, and when it was asked
        for ask in (self.watch_primary, self.watch_replica):
            threading.Thread(target=ask, daemon=True, name=ask.__name__).start()

    def watch_primary(self) -> None:
        while True:
            with suppress(Error):
                self.keep_asking(DEFAULT_DB_ALIAS, WRITTEN, self.hear_of_primary)
            time.sleep(PAUSE)

    def watch_replica(self) -> None:
        while True:
            with suppress(Error):
                self.keep_asking(REPLICA, REPLAYED, self.places.hear_of_replica)
            with self.heard:
                self.places.lose_replica()
            time.sleep(PAUSE)

    def hear_of_primary(self, asked_at: float, place: int, clock: datetime) -> None:
        self.clock = asked_at, clock
        if place != self.places.known:
            keep_place(place)
        self.places.hear_of_primary(asked_at, place)

    def primary_clock(self) -> datetime | None:
        if self.clock is None:
            return None
        asked_at, clock = self.clock
        return clock + timedelta(seconds=time.monotonic() - asked_at)

    def keep_asking(self, alias: str, question: str, tell: Callable[..., None]) -> None:
        database: Any = connections[alias]
        with (
            database.wrap_database_errors,
            # None of the pool: it may be asked while others wait for one.
            database.Database.connect(**database.get_connection_params(), autocommit=True) as one,
        ):
            self.ask_over(one, question, tell)

    def ask_over(self, connection: "Connection", question: str, tell: Callable[..., None]) -> None:
        while True:
            asked_at = time.monotonic()
            answer = connection.execute(question).fetchone() or ()
            with self.heard:
                tell(asked_at, *answer)
                self.heard.notify_all()
            self.hurry.wait(PAUSE)
            if self.hurry.is_set():
                time.sleep(SHORT_PAUSE)

    def replica_holds_until(self) -> float:
        if self.places.is_unclear(time.monotonic()):
            with self.heard:
                self.heard.wait_for(
                    lambda: not self.places.is_unclear(time.monotonic()), SILENT - TRUSTED
                )
        return self.places.replica_holds_until(time.monotonic())

    def wait_for_replica(self) -> None:
        saved_at = time.monotonic()
        with self.heard:
            self.waiting += 1
            self.hurry.set()
            self.heard.wait_for(lambda: self.places.reached_at > saved_at, PATIENCE)
            self.waiting -= 1
            if not self.waiting:
                self.hurry.clear()


def place_file() -> Path:
    return Path(settings.VAR_DIR) / "primary_place"


def kept_place() -> int:
    try:
        return int(place_file().read_text())
    except (OSError, ValueError):
        return 0


def keep_place(place: int) -> None:
    mine = place_file().with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # on a full disk what the others know is all that is known
        mine.write_text(f"{place}")
        mine.replace(place_file())


watches: list[Watch] = []
one_watch = threading.Lock()


def watch() -> Watch:
    """This process's own, begun when it is first needed: no thread lives on in a forked worker."""
    with one_watch:
        if not watches:
            watches.append(Watch())
        return watches[0]


def primary_clock() -> datetime | None:
    """What it says now, by what it said last; None where it was never heard of."""
    return watch().primary_clock()


def has_replica() -> bool:
    return REPLICA in settings.DATABASES


def read(ask: Callable[[str], T]) -> T:
    """What `ask` finds in the database of which it is given the name.

    In the replica, where it has all that was answered as saved; else, or if it fails there, in the
    primary. Where that fails, it may be known by then that the replica lacks nothing.
    """
    if not has_replica():
        return ask(DEFAULT_DB_ALIAS)
    for _try in range(2):  # the first may have had to connect, and come too late
        until = watch().replica_holds_until()
        if time.monotonic() >= until:
            break
        try:
            found = ask(REPLICA)
        except Error:
            break
        if time.monotonic() < until:
            return found
    try:
        return ask(DEFAULT_DB_ALIAS)
    except Error:
        if time.monotonic() < watch().replica_holds_until():
            return ask(REPLICA)
        raise


def wait_for_replica() -> None:
    """Returns when the replica has all that is saved by now, or no longer holds for up to date."""
    if has_replica():
        watch().wait_for_replica()
