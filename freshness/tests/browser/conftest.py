from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.test import Client
from playwright.sync_api import Page

from conftest import NewPage, words

from ..pages import ADMINISTRATION, PAGES, SHOP_NAME, answer, fill_shop

Show = Callable[..., tuple[Page, list[str]]]


class RenderedPage(NamedTuple):
    """A page of PAGES as the shop answers with it."""

    body: bytes
    headers: dict[str, str]
    cookies: dict[str, str]


RenderedPages = dict[tuple[str, str], RenderedPage]


@pytest.fixture(scope="session")
def rendered_pages() -> RenderedPages:
    """Pages by name and language, kept for all tests: filling a shop takes most of their time."""
    return {}


@pytest.fixture
def render_page(
    request: pytest.FixtureRequest, rendered_pages: RenderedPages, settings: Any
) -> Callable[[str, str], RenderedPage]:
    """Renders a page in a language, or returns it as it was rendered for a test before."""
    settings.SHOP_NAME = SHOP_NAME
    clients: dict[str, Client] = {}

    def render(name: str, language: str) -> RenderedPage:
        shown = (PAGES | ADMINISTRATION)[name]
        # These have a style sheet or script of their own, which is read by whoever is signed in.
        is_kept = not shown.path.startswith(("/admin/labels", "/django-admin"))
        if is_kept and (name, language) in rendered_pages:
            return rendered_pages[name, language]
        if not clients:
            make_batch, make_user = map(request.getfixturevalue, ("make_batch", "make_user"))
            clients.update(fill_shop(make_batch, make_user))
            if is_kept:
                for other in PAGES | ADMINISTRATION:
                    render(other, language)
        response = answer(shown, clients, language)
        assert (name, response.status_code) == (name, shown.status), words(response.content)
        cookies = {it.key: it.value for it in clients[shown.role].cookies.values()}
        page = RenderedPage(response.content, dict(response.headers), cookies)
        return rendered_pages.setdefault((name, language), page) if is_kept else page

    return render


@pytest.fixture
def show(
    new_page: NewPage,
    render_page: Callable[[str, str], RenderedPage],
    settings: Any,
    live_server: Any,
) -> Show:
    """Opens a page of PAGES in a browser, with what the browser complains of."""
    settings.PUBLIC_URL = "https://fresh.example.com"  # where labels are printed

    def opened(name: str, language: str = "en", **options: Any) -> tuple[Page, list[str]]:
        rendered = render_page(name, language)
        page = new_page(**options)
        for key, value in rendered.cookies.items():
            page.context.add_cookies([{"name": key, "value": value, "url": live_server.url}])
        complaints: list[str] = []
        page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda it: complaints.append(str(it)))
        address = f"{live_server.url}/shown"
        page.route(
            address, lambda route: route.fulfill(body=rendered.body, headers=rendered.headers)
        )
        page.goto(address)
        return page, complaints

    return opened
