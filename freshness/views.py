from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's, but as a page of this site. The reason is for the log, not for the visitor."""
    return render(request, "403_csrf.html", status=403)
