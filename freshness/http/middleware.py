"""What every answer says, and what is refused before anything reads it."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from csp import middleware
from csp.constants import HEADER
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware import locale
from django.shortcuts import render

from batches.shop_clock import one_day
from freshness.replica import wait_for_replica

Answer = Callable[[HttpRequest], HttpResponse]
WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

UNREAD_AT_ONCE = 64 * 1024  # bytes

# Of a Content-Type's parameters, the one that is needed.
BOUNDARY = re.compile(r';\s*boundary=("[^"]*"|[^;"\s]*)', re.I)


def read_as_utf8(application: WSGIApplication) -> WSGIApplication:
    """Takes every request as UTF-8, which is what this site's pages send.

    Django believes a request that names another charset, even one of Python's codecs that are no
    text at all (idna, rot13), in any parameter (RFC 2231), and fails while it makes the request,
    before any middleware.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type = environ.get("CONTENT_TYPE", "")
        media_type = content_type.partition(";")[0].strip()
        boundary = BOUNDARY.search(content_type)
        environ["CONTENT_TYPE"] = media_type + (f"; boundary={boundary[1]}" if boundary else "")
        return application(environ, start_response)

    return wrapped


def read_whole_body(application: WSGIApplication) -> WSGIApplication:
    """Read what the answer did not need of a request's body, before the answer is sent.

    gunicorn closes a connection on which some is unread. nginx, which still sends it, then takes
    the server for broken: two such requests, and for seconds it sends it no others.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = application(environ, start_response)
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            with suppress(OSError):  # the client is gone, or its chunks are broken
                while environ["wsgi.input"].read(UNREAD_AT_ONCE):
                    pass
        return response

    return wrapped


def nul_in_cookies_middleware(answer: Answer) -> Answer:
    """PostgreSQL takes a NUL in no text, and a session is looked up by its cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if any("\0" in cookie for cookie in request.COOKIES.values()):
            raise BadRequest("A cookie holds a NUL.")
        return answer(request)

    return middleware


def upload_limit_middleware(answer: Answer) -> Answer:
    """No form here is so large, but those of LARGE_UPLOADS.

    Django's own limit leaves out files, and any form may hold some. Raises BadRequest where the
    length is no number.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            raise BadRequest("The length of the body is no number.")
        most = settings.LARGE_UPLOADS.get(request.path_info, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if len(length) < 20 and int(length) <= most:
            return answer(request)
        megabytes = most / 1024**2
        return render(request, "413.html", {"megabytes": megabytes}, status=413)

    return middleware


class UnreadableFormError(BadRequest):
    """The body of a POST is broken, or did not come whole."""


# What Django raises while it parses a body: LookupError for an unknown charset in a part's header.
PARSE_ERRORS = (
    MultiPartParserError,
    SuspiciousOperation,
    UnreadablePostError,
    LookupError,
    ValueError,
)


def form_parsing_middleware(answer: Answer) -> Answer:
    """Parse a posted form before anything else does; raise UnreadableFormError if it is broken.

    Django's own handler of a 404 reads the form, where an error becomes a 500.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            request.POST  # noqa: B018 - parsed here, and kept by Django
        except PARSE_ERRORS as error:
            raise UnreadableFormError("The form could not be read.") from error
        return answer(request)

    return middleware


def replication_wait_middleware(answer: Answer) -> Answer:
    """Whoever has saved something finds it in the reports, wherever they are read from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if request.method == "POST" and response.status_code < 400:
            wait_for_replica()
        return response

    return middleware


def shop_day_middleware(answer: Answer) -> Answer:
    """All that a page says is of one day, at midnight too."""
    return one_day()(answer)


def method_not_allowed_middleware(answer: Answer) -> Answer:
    """Somebody comes here by reloading or signing in after a button; Django says it in no word."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if response.status_code == 405 and request.method == "GET":
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware


# What the pages here never ask a browser for.
FEATURES = [
    *("camera", "display-capture", "geolocation", "hid", "microphone", "midi"),
    *("payment", "publickey-credentials-get", "serial", "usb"),
]


def permissions_policy_middleware(answer: Answer) -> Answer:
    """Asks the browser to give these pages no power they do not use, and other sites no part."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response["Permissions-Policy"] = ", ".join(f"{feature}=()" for feature in FEATURES)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return middleware


class CSPMiddleware(middleware.CSPMiddleware):
    """django-csp's, but of an answer that brings its own policy it computes no other."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return response if HEADER in response else super().process_response(request, response)


class LocaleMiddleware(locale.LocaleMiddleware):
    """Django's, but by Accept-Language alone: no shared cache tells answers apart by a cookie."""

    def process_request(self, request: HttpRequest) -> None:
        request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Static files are the same in all languages."""
        if request.path_info.startswith(settings.STATIC_URL):
            return response
        return super().process_response(request, response)
