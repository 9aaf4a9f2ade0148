from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {"", "batch/<anything:text>", "register", "login", "logout", "django-admin/login/"}


def routes(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def test_everything_is_closed_but_what_is_named_public() -> None:
    open_routes = {
        route
        for route, view in routes(get_resolver().url_patterns)
        if not getattr(view, "login_required", True)
    }
    assert open_routes == PUBLIC
