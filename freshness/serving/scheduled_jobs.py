"""What a clock must start, where neither systemd nor cron does: see SCHEDULED_JOBS.

Each job is a `manage.py` command, run as a program of its own, so that it takes no time from
whoever is served, and its memory is given back. All of them are harmless to repeat, and to run in
two servers at once.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, time, timedelta
from threading import Event, Thread
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

log = logging.getLogger("freshness.schedule")

NIGHT = time(2, 30)  # by the shop's clock
START = 10  # seconds until the first job
LOOK = 15  # seconds between two looks at the clock, which may have been set, or stood still
TRY_AGAIN = 15 * 60  # seconds
TO_END = 5  # seconds for a job to end when the server is stopped
MINUTE, HOUR = 60, 60 * 60


def last_night(now: datetime) -> datetime:
    local = timezone.localtime(now)
    night = datetime.combine(local, NIGHT, local.tzinfo)
    return night if night <= now else night - timedelta(days=1)


def last_quarter(now: datetime) -> datetime:
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def last_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


class Job(NamedTuple):
    """A command, the moment since which it has been due, and how many seconds it may take."""

    command: str
    due_since: Callable[[datetime], datetime]
    seconds: int

    def arguments(self, due: datetime) -> list[str]:
        since = [f"--unless-since={due.isoformat()}"] if self.command == "backup" else []
        return [self.command, *since]


SEND_DIGEST = Job("send_digest", last_quarter, 10 * MINUTE)
BACKUP = Job("backup", last_night, 2 * HOUR)
CLEAR_SESSIONS = Job("clearsessions", last_night, 10 * MINUTE)
COUNT_SCANS = Job("count_scans", last_minute, MINUTE)


class Schedule:
    """A thread for each job, which looks at the clock and runs it when it is due.

    Each is due once after the start: so what a sleeping laptop has missed is made up for.
    """

    def __init__(self) -> None:
        self.stopping = Event()
        self.threads: list[Thread] = []

    def start(self) -> None:
        jobs = [SEND_DIGEST, BACKUP, CLEAR_SESSIONS]
        if settings.SCANS_LOG:
            jobs.append(COUNT_SCANS)
        for number, job in enumerate(jobs):
            first = START + 5 * number  # not all of them at once
            thread = Thread(target=self.keep_running, args=[job, first], daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(TO_END + 2)

    def keep_running(self, job: Job, first: float) -> None:
        pause, done = first, None
        while not self.stopping.wait(pause):
            pause = LOOK
            due = job.due_since(timezone.now())
            if due != done:
                try:
                    problem = self.run(job, due)
                except Exception as error:  # such as no memory for another process
                    problem = str(error)
                if not problem:
                    done = due
                elif not self.stopping.is_set():
                    log.error("manage.py %s has failed: %s", job.command, problem)
                    pause = TRY_AGAIN

    def run(self, job: Job, due: datetime) -> str:
        """Return nothing where the job has ended well, else what it said."""
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "manage.py", *job.arguments(due)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # Ctrl-C is for the server, which ends its jobs itself.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        said = self.wait_for(process, job.seconds)
        if process.returncode:
            return " ".join(said.split())[-2_000:] or f"status {process.returncode}"
        sys.stderr.write(said)
        return ""

    def wait_for(self, process: subprocess.Popen[str], seconds: float) -> str:
        """Return what it wrote to stderr. It is ended when its time is over, or the server's."""
        while True:
            try:
                return process.communicate(timeout=0.5)[1]
            except subprocess.TimeoutExpired:
                seconds -= 0.5
            if self.stopping.is_set() or seconds <= 0:
                return end(process)


def end(process: subprocess.Popen[str]) -> str:
    """A backup that is interrupted removes what it has written; one that is killed, the next."""
    if os.name == "nt":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=TO_END)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[1]
