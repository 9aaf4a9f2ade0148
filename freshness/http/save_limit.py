"""How many requests may wait for the lock of the database at once, where that is SQLite."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from ..config.databases import FOR_A_LOCK
from .outage import TOOK_TOO_LONG, outage_behind, tell_of_outage

READING = {"GET", "HEAD", "OPTIONS"}
WHILE_READING = 0.2  # seconds that a page which only reads waits for the lock


class SaveLimitMiddleware:
    """Answer 503 to a request that may save while settings.SAVES_AT_ONCE others are under way.

    SQLite lets one transaction write at a time, and whoever waits for it holds a thread for up to
    20 seconds. So that pages which only read are answered meanwhile, there are more threads than
    may wait.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        if connection.vendor != "sqlite":
            raise MiddlewareNotUsed
        self.answer = answer
        self.places = BoundedSemaphore(settings.SAVES_AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READING:
            return self.answer(request)
        if not self.places.acquire(blocking=False):
            return tell_of_outage(request, OperationalError(TOOK_TOO_LONG[0]))
        try:
            return self.answer(request)
        finally:
            self.places.release()


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but a page that only reads does not wait until its session can be saved.

    What a page takes out of a session is the message that it shows: the next page shows it again.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.method not in READING or not request.session.modified:
            return super().process_response(request, response)
        try:
            with short_wait_for_lock():
                return super().process_response(request, response)
        except SessionInterrupted as error:
            if not str(outage_behind(error)).startswith(TOOK_TOO_LONG):
                raise
            patch_vary_headers(response, ["Cookie"])
            return response


@contextmanager
def short_wait_for_lock() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    try:
        wait_for_lock(WHILE_READING)
        yield
    finally:
        wait_for_lock(FOR_A_LOCK)


def wait_for_lock(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
