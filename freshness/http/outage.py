"""What is told while the database cannot do what it is asked: nothing typed is lost by it."""

import logging
from contextlib import suppress

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

log = logging.getLogger("freshness.outage")

READ_ONLY = "25006"  # PostgreSQL's code for what only a primary can do

# What SQLite and PostgreSQL say where others write for too long.
TOOK_TOO_LONG = (
    *("database is locked", "deadlock detected"),
    *("canceling statement due to lock timeout", "canceling statement due to statement timeout"),
)
SECONDS_BUSY, SECONDS_AWAY = 5, 30  # after which it is worth another try


def outage_behind(error: BaseException | None) -> BaseException | None:
    """The first of the errors that led to this one in which the database is at fault.

    Django calls it a bad request where it cannot keep the session.
    """
    while error and not is_outage(error):
        error = error.__context__
    return error


def is_outage(error: BaseException) -> bool:
    """Whether the database, and not the program, is at fault: it is full, gone or read-only."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", "") == READ_ONLY
    # SQLite calls so as well what is wrong in the question.
    is_our_fault = getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"
    return isinstance(error, InterfaceError | OperationalError) and not is_our_fault


def tell_of_outage(request: HttpRequest, error: BaseException) -> HttpResponse:
    is_busy = str(error).startswith(TOOK_TOO_LONG)
    if not is_busy:
        log.error("The database does not do what it is asked: %s", " ".join(str(error).split()))
    tell_no_success(request)
    template = "busy.html" if is_busy else "away.html"
    context = {"is_form": request.method == "POST", "typed": typed(request)}
    response = render(request, template, context, status=503)
    response["Retry-After"] = str(SECONDS_BUSY if is_busy else SECONDS_AWAY)
    add_never_cache_headers(response)
    return response


def tell_no_success(request: HttpRequest) -> None:
    """What was to be told of one may be undone by now."""
    vars(request).pop("_messages", None)


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form has sent, to be sent once more; nothing of one with a file or a password."""
    if request.method != "POST":
        return []
    with suppress(SuspiciousOperation, MultiPartParserError, OSError):
        if not request.FILES and not any("password" in name for name in request.POST):
            return [(name, value) for name, values in request.POST.lists() for value in values]
    return []
