"""Refuses or mends what no browser sends, and nothing behind this can read."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def read_as_utf8(application: WSGIApplication) -> WSGIApplication:
    """Takes every request as UTF-8, which is what this site's pages send.

    Django believes a request that names another charset, even one of Python's codecs that are no
    text at all (idna, rot13), and fails while it makes the request, before any middleware.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type = environ.get("CONTENT_TYPE", "")
        environ["CONTENT_TYPE"] = re.sub(r";\s*charset[^;]*", "", content_type, flags=re.I)
        return application(environ, start_response)

    return wrapped


def refuse_nul_in_cookies(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """PostgreSQL takes a NUL in no text, and a session is looked up by its cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if any("\0" in cookie for cookie in request.COOKIES.values()):
            raise BadRequest("A cookie holds a NUL.")
        return answer(request)

    return middleware
