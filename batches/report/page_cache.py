"""The cache of customers' reports, in front of Django: whole answers, by what they were made of.

Why none of them is ever stale: for each request `read_state` reads all that a report depends on but
the program and its settings, which stay the same as long as the process lives. That state is a part
of the key. So where anything has changed, the key is another, and Django is asked.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error, close_old_connections
from django.utils.translation import get_language_from_request

from ..rules.batch_code import read_code
from .response import STATE, STATUS, accepts_gzip, cache_control
from .state import ReportRow, ReportState, read_state

MOST_ANSWERS = 1_000  # of each process: some 15 MB
PATH = "/batch/"
ETAG = re.compile(r'(?:W/)?("[0-9a-f]{32}")')
IS_CACHED = "batches.report.is_cached"  # in the environ of a request that Django was not asked for

Headers = list[tuple[str, str]]
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Asked(NamedTuple):
    """What of a request its answer depends on. `etag` is that of the page it has already, or ''."""

    code: str
    is_secure: bool
    language: str
    is_compressed: bool
    etag: str


class Key(NamedTuple):
    row: ReportRow
    today: date
    is_secure: bool
    language: str
    is_compressed: bool


@dataclass(frozen=True)
class Answer:
    """What Django said to somebody who did not have the page yet."""

    status: str
    headers: Headers
    body: bytes

    def is_report(self) -> bool:
        return self.status.startswith("200") and STATUS in dict(self.headers)

    def send(self, asked: Asked, state: ReportState, start_response: Any) -> list[bytes]:
        headers = dict(self.headers) | {"Cache-Control": cache_control(state)}
        if asked.etag != headers["ETag"].removeprefix("W/"):
            start_response(self.status, [*headers.items()])
            return [self.body]
        of_body = ("Content-Type", "Content-Length", "Content-Encoding")
        start_response(
            "304 Not Modified", [item for item in headers.items() if item[0] not in of_body]
        )
        return [b""]


class PageCache:
    """Wraps a WSGI application."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.answers: OrderedDict[Key, Answer] = OrderedDict()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = what_is_asked(environ)
        while asked:
            try:
                state = current_state(asked.code)
            except (Error, ValueError) as error:  # ValueError: a damaged row
                environ[STATE] = error  # the view raises it, and Django tells it
                break
            if state is None:
                break
            key = Key(state.row, state.today, asked.is_secure, asked.language, asked.is_compressed)
            answer = self.answers.get(key)
            if answer:
                environ[IS_CACHED] = True
            else:
                answer = ask_django(self.application, environ, state)
                if not answer.is_report():
                    start_response(answer.status, answer.headers)
                    return [answer.body]
            if state.is_current():
                self.keep(key, answer)
                return answer.send(asked, state, start_response)
        return self.application(environ, start_response)

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep `answer`, in the place of the oldest where there are MOST_ANSWERS."""
        if key not in self.answers and len(self.answers) >= MOST_ANSWERS:
            self.answers.popitem(last=False)
        self.answers[key] = answer


def what_is_asked(environ: Environ) -> Asked | None:
    """Return what a request asks; None where it is for no report, or Django has to look at it."""
    is_plain = environ["REQUEST_METHOD"] == "GET" and not environ.get("CONTENT_LENGTH")
    code = environ["PATH_INFO"].removeprefix(PATH)
    is_address = environ["PATH_INFO"].startswith(PATH) and read_code(code) == code
    if not is_plain or not is_address or environ.get("SCRIPT_NAME") or "HTTP_IF_MATCH" in environ:
        return None
    known = environ.get("HTTP_IF_NONE_MATCH", "")
    etag = ETAG.fullmatch(known)
    if known and not etag:
        return None
    request = WSGIRequest(environ | {"HTTP_COOKIE": ""})
    try:
        request.get_host()
    except DisallowedHost:
        return None
    is_compressed = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    language = get_language_from_request(request)
    return Asked(code, request.is_secure(), language, is_compressed, etag[1] if etag else "")


def current_state(code: str) -> ReportState | None:
    close_old_connections()
    try:
        return read_state(code)
    finally:
        close_old_connections()  # back into the pool, where there is one


def ask_django(application: Application, environ: Environ, state: ReportState) -> Answer:
    """Ask for the whole page, whatever the request says that it has already."""
    started: list[Any] = []
    environ.pop("HTTP_IF_NONE_MATCH", None)
    environ[STATE] = state
    response = application(environ, lambda *arguments: started.extend(arguments))
    try:
        body = b"".join(response)
    finally:
        getattr(response, "close", int)()
    del environ[STATE]
    return Answer(started[0], started[1], body)
