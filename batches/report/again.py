"""Reports that are answered again as they were, while all that they were made of is as it was.

It is Django that answers: each of its middleware, and the view. To do all of that anew costs four
times what it costs to look whether it would be the same.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error, close_old_connections
from django.utils.translation import get_language_from_request

from .kept import MadeOf, accepts_gzip

MOST = 1_000  # answers that each worker keeps; their bodies are those that are kept anyhow
HEADERS_KEPT = 500  # ways in which browsers name a host and their languages

# With one of these it is Django that answers, and nothing is kept of it.
UNUSUAL = ("SCRIPT_NAME", "CONTENT_LENGTH", "HTTP_IF_MATCH")
# What decides whether Django answers at all, and in which language.
ADDRESSED = (
    *("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "SERVER_NAME", "SERVER_PORT", "HTTP_HOST"),
    "HTTP_ACCEPT_LANGUAGE",
)
ETAG = re.compile(r'(?:W/)?("[0-9a-f]{32}")')

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
ReadAddress = Callable[..., tuple[bool, str] | None]


class Key(NamedTuple):
    """All of a request that a report depends on, but for what the database and the clock say.

    There are a few for each report, whatever else a request brings along. `known` is the ETag of
    what the asker has, without W/; empty where there is none.
    """

    path: str
    is_secure: bool
    language: str
    is_compressed: bool
    known: str


@dataclass(frozen=True)
class Answer:
    made_of: MadeOf
    body: bytes
    status: str
    headers: list[tuple[str, str]]

    @property
    def etag(self) -> str:
        return dict(self.headers)["ETag"].removeprefix("W/")


class Answers:
    """Those that are kept: of each report one that is whole, and one for whoever has it already."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Key, Answer] = OrderedDict()

    def find(self, key: Key) -> Answer | None:
        if not key.known:
            return self.kept.get(key)
        whole = self.kept.get(key._replace(known=""))
        return whole if whole and whole.etag != key.known else self.kept.get(key)

    def keep(self, key: Key, answer: Answer) -> None:
        """In the place of the oldest, where there are MOST."""
        known = answer.etag if answer.status.startswith("304") else ""
        if len(self.kept) >= MOST:
            self.kept.popitem(last=False)
        self.kept[key._replace(known=known)] = answer


def answer_again(application: Application) -> Application:
    answers = Answers()
    read_address: ReadAddress = lru_cache(HEADERS_KEPT)(read_host_and_language)

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = key_of(environ, read_address)
        if key is None:
            return application(environ, start_response)
        answer = answers.find(key)
        if answer and still_holds(answer):
            environ["batches.report.kept"] = True
            start_response(answer.status, answer.headers)
            return [answer.body]
        told: dict[str, Any] = {}

        def listen(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            told.update(status=status, headers=headers)
            return start_response(status, headers, *error)

        response = application(environ, listen)
        if made_of := getattr(response, "made_of", None):
            answers.keep(key, Answer(made_of, body=b"".join(response), **told))
        return response

    return wrapped


def key_of(environ: dict[str, Any], read_address: ReadAddress) -> Key | None:
    """None where Django has to see the request itself."""
    if environ["REQUEST_METHOD"] != "GET" or any(map(environ.get, UNUSUAL)):
        return None
    address = read_address(*map(environ.get, ADDRESSED))
    known = environ.get("HTTP_IF_NONE_MATCH", "")
    if known and (etag := ETAG.fullmatch(known)):
        known = etag[1]
    elif known:
        return None
    if address is None:
        return None
    is_compressed = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return Key(environ["PATH_INFO"], *address, is_compressed, known)


def read_host_and_language(*values: str | None) -> tuple[bool, str] | None:
    """Whether it is https, and the language, of the values of ADDRESSED; None for another host."""
    given = {name: value for name, value in zip(ADDRESSED, values, strict=True) if value}
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.input": BytesIO()} | given)
    try:
        request.get_host()
    except DisallowedHost:
        return None
    return request.is_secure(), get_language_from_request(request)


def still_holds(answer: Answer) -> bool:
    close_old_connections()
    try:
        return answer.made_of.is_as_it_was()
    except Error:
        return False  # Django's own way tells it
    finally:
        close_old_connections()  # back into the pool, where there is one
