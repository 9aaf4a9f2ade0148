"""What each process counts for Prometheus; imported only where METRICS_PORT is set."""

import logging
from functools import cache

from prometheus_client import Counter, Histogram

from .answered import Answered

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


@cache  # to look one up anew costs more than to count
def requests_of(view: str, method: str, status: int) -> Histogram:
    return requests.labels(view, method, f"{status}xx")


def measure(answered: Answered) -> None:
    of = requests_of(answered.view, answered.method, answered.status // 100)
    of.observe(answered.seconds)
    if answered.was_kept:
        kept_reports.inc()


class SecurityEvents(logging.Handler):
    """Counts what is written to the security log; of whom it is said does not matter."""

    def emit(self, record: logging.LogRecord) -> None:
        security_events.labels(record.getMessage()).inc()
