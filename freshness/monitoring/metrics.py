"""What each process counts for Prometheus; imported only where METRICS_PORT is set."""

import atexit
import logging
import os
import time
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock, Thread

from prometheus_client import Counter, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from .answered import Answered
from .metrics_server import FOLDER

# Of a kept report, of one that is made, of a page of the portal, of a password, and of an import.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

requests = Histogram(
    "freshness_request_seconds",
    "Requests, and the seconds it took to answer them.",
    ["view", "method", "status"],
    buckets=SECONDS,
)
kept_reports = Counter(
    "freshness_reports_kept", "Reports that were answered from what a worker had kept."
)
security_events = Counter(
    "freshness_security_events", "Lines of the security log, by what they tell.", ["event"]
)


# What was measured since it was last handed over, by view, method, status, and whether it was kept:
# how many requests are in each bucket, and their seconds in all. To hand over each by itself costs
# a kept report three times as much.
Key = tuple[str, str, int, bool]
waiting: dict[Key, list[float]] = {}
counting = Lock()
SECONDS_IN_ALL = -1
EVERY = 1  # second


def measure(answered: Answered) -> None:
    key = answered.view, answered.method, answered.status // 100, answered.was_kept
    with counting:
        counts = waiting.get(key)
        if counts is None:
            counts = waiting[key] = [0.0] * (len(SECONDS) + 2)
            start_handing_over()
        counts[bisect_left(SECONDS, answered.seconds)] += 1
        counts[SECONDS_IN_ALL] += answered.seconds


@cache  # once in each worker: gunicorn forks them before anything is asked
def start_handing_over() -> None:
    atexit.register(hand_over)
    Thread(target=hand_over_now_and_then, daemon=True).start()


def hand_over_now_and_then() -> None:
    while True:
        time.sleep(EVERY)
        hand_over()


def hand_over() -> None:
    with counting:
        measured = dict(waiting)
        waiting.clear()
    for (view, method, status, was_kept), (*counts, seconds) in measured.items():
        if was_kept:
            kept_reports.inc(sum(counts))
        of = requests.labels(view, method, f"{status}xx")
        of._sum.inc(seconds)  # the library's own way to add is one by one
        for bucket, count in zip(of._buckets, counts, strict=True):
            if count:
                bucket.inc(count)


class SecurityEvents(logging.Handler):
    """Counts what is written to the security log; of whom it is said does not matter."""

    def emit(self, record: logging.LogRecord) -> None:
        security_events.labels(record.getMessage()).inc()


class CountsOfAllProcesses(Collector):
    """But for files that a process has just made: what is not written yet, the library fails at."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        files = [f"{path}" for path in Path(os.environ[FOLDER]).glob("*.db") if path.stat().st_size]
        metrics: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return metrics
