import textwrap

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.permissions import same_for_everybody

PAPER = "#faf7f2"  # as in static/css/tokens.css
ICON_NAME = 12  # characters


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
