"""Which of waitress's threads answers a request: reports, pages and saves wait apart.

A customer's report does not queue behind the portal, and a page that only reads does not queue
behind saves that wait for a lock of the database.
"""

from collections import deque
from typing import Any

from django.conf import settings
from waitress.task import ThreadedTaskDispatcher  # type: ignore[import-untyped]

REPORT = "/batch/"
READING = {"GET", "HEAD"}
# Threads. They share one core, so a larger number is a larger share of it.
REPORTS_AT_ONCE, PAGES_AT_ONCE = 8, 8
MOST_WAITING = 100  # saves; of those beyond, freshness.http.save_limit says that the shop is busy


def started_threads(count: int) -> ThreadedTaskDispatcher:
    threads = ThreadedTaskDispatcher()
    threads.set_thread_count(count)
    return threads


class RequestQueues:
    """Takes the place of waitress's only queue."""

    def __init__(self, pages: ThreadedTaskDispatcher) -> None:
        self.pages = pages
        self.reports = started_threads(REPORTS_AT_ONCE)
        self.saves = started_threads(settings.SAVES_AT_ONCE)
        self.unsent: deque[Any] = deque()

    def add_task(self, connection: Any) -> None:
        """Queue its next request, once its last answer is sent.

        Each answer that waits may hold a file open, and a client may ask for hundreds at once.
        """
        if connection.total_outbufs_len:
            self.unsent.append(connection)
        else:
            self.queue_of(connection.requests[0]).add_task(connection)

    def add_sent(self) -> None:
        """Queue the next request of all whose last answer has been sent, or who are gone."""
        for _connection in range(len(self.unsent)):
            self.add_task(self.unsent.popleft())

    def queue_of(self, request: Any) -> ThreadedTaskDispatcher:
        if request.error:
            return self.pages
        if request.command not in READING:
            return self.saves if len(self.saves.queue) < MOST_WAITING else self.pages
        return self.reports if request.path.startswith(REPORT) else self.pages

    def shutdown(self, cancel_pending: bool = True, timeout: float = 1) -> None:
        for threads in (self.reports, self.pages, self.saves):
            threads.shutdown(cancel_pending, timeout)
