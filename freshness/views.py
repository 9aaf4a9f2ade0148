from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PAPER = "#faf7f2"  # as in static/css/tokens.css


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's, but as a page of this site. The reason is for the log, not for the visitor."""
    return render(request, "403_csrf.html", status=403)


@login_not_required  # a browser asks for it without a cookie
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
