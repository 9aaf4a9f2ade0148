import sys
import textwrap

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import same_for_everybody

from .http.middleware import UnreadableFormError
from .http.outage import outage_behind, tell_no_success, tell_of_outage
from .http.request_ids import request_id
from .monitoring.health import is_ready

TEXT = "text/plain; charset=utf-8"
PAPER = "#faf7f2"  # as in static/css/tokens.css
ICON_NAME = 12  # characters


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


@same_for_everybody  # a browser asks for it without a cookie
@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What the portal is called and looks like on a home screen (W3C, Web Application Manifest)."""
    portal, add = reverse("portal"), reverse("add_batch")
    any_size = {"src": static("icons/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    sized = [
        {"src": static(f"icons/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    on_paper = sized[1] | {"src": static("icons/maskable-512.png"), "purpose": "maskable"}
    about = {
        "id": portal,
        "name": settings.SHOP_NAME,
        "short_name": short(settings.SHOP_NAME),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": portal,
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [any_size, *sized, on_paper],
        "shortcuts": [{"name": _("Add batch"), "url": add}],
    }
    return JsonResponse(about, content_type="application/manifest+json")


def short(name: str) -> str:
    """As many of its words as fit below an icon: home screens show about a dozen characters."""
    return textwrap.shorten(name, ICON_NAME, placeholder="") or name[:ICON_NAME]
