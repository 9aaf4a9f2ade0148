from typing import Any

from django import template
from django.template.context import Context

register = template.Library()


@register.inclusion_tag("_tab.html", takes_context=True)
def tab(context: Context, route: str, words: str, icon: str) -> dict[str, Any]:
    """A tab of the portal; it says so when its page is the one that is open."""
    match = context["request"].resolver_match
    is_here = match is not None and match.view_name == route
    return {"route": route, "words": words, "icon": f"icons/{icon}.svg", "is_here": is_here}
