"""Reports that are answered again as they were, while all that they were made of is as it was.

It is Django that answers: each of its middleware, and the view. To do all of that anew costs four
times what it costs to look whether it would be the same.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import Error, close_old_connections

from .kept import MadeOf

MOST = 1_000  # answers that each worker keeps; their bodies are those that are kept anyhow

# All of a request that any answer to it depends on, but for what the database and the clock say.
ASKED = [
    *("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH"),
    *("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "SERVER_NAME", "SERVER_PORT", "HTTP_HOST"),
    *("HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE"),
    *("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"),
]

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Answer:
    made_of: MadeOf
    body: bytes
    status: str
    headers: list[tuple[str, str]]


def answer_again(application: Application) -> Application:
    kept: dict[tuple[Any, ...], Answer] = {}

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = tuple(map(environ.get, ASKED))
        answer = kept.get(asked)
        if answer and still_holds(answer):
            environ["batches.kept"] = True
            start_response(answer.status, answer.headers)
            return [answer.body]
        told: dict[str, Any] = {}

        def listen(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            told.update(status=status, headers=headers)
            return start_response(status, headers, *error)

        response = application(environ, listen)
        if made_of := getattr(response, "made_of", None):
            if len(kept) >= MOST:
                kept.clear()
            kept[asked] = Answer(made_of, body=b"".join(response), **told)
        return response

    return wrapped


def still_holds(answer: Answer) -> bool:
    close_old_connections()
    try:
        return answer.made_of.is_as_it_was()
    except Error:
        return False  # Django's own way tells it
    finally:
        close_old_connections()  # back into the pool, where there is one
