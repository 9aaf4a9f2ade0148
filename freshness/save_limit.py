"""How many requests may change the shop's data at once in this process, where that is SQLite."""

from collections.abc import Callable
from threading import BoundedSemaphore

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse

from .outage import TOOK_TOO_LONG, tell_of_outage

READING = {"GET", "HEAD", "OPTIONS"}


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
