"""Whether this server lives, and is ready for work; asked by machines."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import same_for_everybody

from .health import is_ready

TEXT = "text/plain; charset=utf-8"


@same_for_everybody  # asked by machines
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Whether this process answers at all."""
    return HttpResponse("alive\n", content_type=TEXT)


@same_for_everybody  # asked by machines, which are told no more than that
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether it can show reports."""
    text, status = ("ready\n", 200) if is_ready() else ("not ready\n", 503)
    return HttpResponse(text, content_type=TEXT, status=status)
