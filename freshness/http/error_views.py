"""Pages that are shown instead of the one that was asked for."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .middleware import UnreadableFormError
from .outage import outage_behind, tell_no_success, tell_of_outage
from .request_ids import request_id


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's, but as a page of this site. The reason is for the log, not for the visitor."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's, but under the shop's name, and with words of its own where the database fails."""
    if outage := outage_behind(exception):
        return tell_of_outage(request, outage)
    context = {"is_form": isinstance(exception, UnreadableFormError)}
    return render(request, "400.html", context, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's, but under the shop's name, and with words of its own where the database fails."""
    if outage := outage_behind(sys.exc_info()[1]):
        return tell_of_outage(request, outage)
    tell_no_success(request)
    return render(request, "500.html", {"request_id": request_id()}, status=500)
