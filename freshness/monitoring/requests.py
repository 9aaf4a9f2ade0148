"""Watches every answer, those that Django is not asked for included: how it went, and for how long.

Of a request nothing is handed on but what `Answered` names.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, parse_cookie

from batches.report.page_cache import IS_CACHED
from batches.report.response import STATUS
from batches.scans.counter import Tally

from ..http.request_ids import HEADER as REQUEST_ID
from ..http.request_ids import answering, request_id
from .answered import Answered

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

BATCH = "/batch/"
# Anybody may send a method that nobody knows.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
VIEW, USER = "freshness.view", "freshness.user"  # in an environ

log = logging.getLogger("freshness.requests")
tally = Tally()


Observer = Callable[[Answered], None]


def watch(application: Application, observers: Iterable[Observer]) -> Application:
    observers = tuple(observers)
    counts_scans = settings.SCANS_LOG is None

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began = time.perf_counter()
        answering.set(environ)
        status = 0

        def listen(line: str, headers: Headers, *error: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            told = dict(headers)
            if counts_scans and STATUS in told:
                count_scan(environ, status, told[STATUS])
            if "public" not in told.get("Cache-Control", ""):  # no cache gives it to others
                headers = [*headers, (REQUEST_ID, request_id())]
            return start_response(line, headers, *error)

        def end() -> None:
            if observers:
                answered = answered_by(environ, status, time.perf_counter() - began)
                for observe in observers:
                    observe(answered)
            answering.set(None)

        body = application(environ, listen)
        if isinstance(body, (list, environ.get("wsgi.file_wrapper", list))):
            end()  # all there is, or a file that the system sends
            return body
        return Watched(body, end)

    return wrapped


class Watched:
    """A body, and what is done when all of it is sent."""

    def __init__(self, body: Iterable[bytes], end: Callable[[], None]) -> None:
        self.body, self.end = body, end

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        try:
            if close := getattr(self.body, "close", None):
                close()
        finally:
            self.end()


def count_scan(environ: dict[str, Any], status: int, shown: str) -> None:
    if environ["REQUEST_METHOD"] == "GET" and status in (200, 304) and not has_session(environ):
        tally.add(environ["PATH_INFO"][len(BATCH) :], shown)


def has_session(environ: dict[str, Any]) -> bool:
    """Whether it is staff who ask: a customer is given no session. What is in it is not read."""
    return settings.SESSION_COOKIE_NAME in parse_cookie(environ.get("HTTP_COOKIE", ""))


def answered_by(environ: dict[str, Any], status: int, seconds: float) -> Answered:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    was_kept = IS_CACHED in environ
    view = "report" if was_kept else environ.get(VIEW)
    if view is None:
        view = "static" if path.startswith(settings.STATIC_URL) else ""
    return Answered(
        method if method in METHODS else "other",
        view,
        status,
        seconds,
        environ.get(USER),
        was_kept,
    )


def view_name_middleware(answer: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """A middleware that notes which view it was, and whose account, where that is known."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        if match := request.resolver_match:
            request.META[VIEW] = match.view_name
        # request.user would ask the database, which may not answer.
        request.META[USER] = getattr(getattr(request, "_cached_user", None), "pk", None)
        return response

    return middleware


def log_request(answered: Answered) -> None:
    about = {
        "method": answered.method,
        "view": answered.view,
        "status": answered.status,
        "ms": round(answered.seconds * 1000, 1),
        "user": answered.user,
    }
    log.info("request", extra=about)
