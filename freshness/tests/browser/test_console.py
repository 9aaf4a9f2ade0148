"""What a browser writes into its console of each page: nothing, over plain http and over https.

Pages are answered under the address of a shop, not of this computer, which browsers trust as if
it had https.
"""

from collections import defaultdict
from typing import Any

import pytest
from playwright.sync_api import APIResponse, ConsoleMessage, Route

from conftest import MakeBatch, MakeUser, NewPage

from ..pages import ADMINISTRATION, PAGES, SHOP_NAME, Shown, answer, fill_shop

pytestmark = pytest.mark.browser

SHOP = "shop.example.com"


@pytest.fixture(params=["http", "https"])
def scheme(request: pytest.FixtureRequest, settings: Any) -> str:
    """The settings that follow from a PUBLIC_URL of this scheme."""
    settings.PUBLIC_URL = f"{request.param}://{SHOP}"
    settings.HTTPS = request.param == "https"
    if settings.HTTPS:
        settings.SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
        settings.SECURE_HSTS_SECONDS = 31_536_000
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        settings.CONTENT_SECURITY_POLICY = {
            "DIRECTIVES": directives | {"upgrade-insecure-requests": True}
        }
    scheme: str = request.param
    return scheme


def test_it_is_empty(
    new_page: NewPage,
    make_batch: MakeBatch,
    make_user: MakeUser,
    live_server: Any,
    settings: Any,
    scheme: str,
) -> None:
    settings.SHOP_NAME = SHOP_NAME
    settings.PUBLIC_URL = f"{scheme}://{SHOP}"  # new_page names this computer
    clients = fill_shop(make_batch, make_user)
    page = new_page(base_url=f"{scheme}://{SHOP}")
    console: dict[str, list[str]] = defaultdict(list)  # what is written, and on which pages
    files: dict[str, APIResponse] = {}
    shown_now: list[tuple[str, Shown]] = []

    def answer_shop(route: Route) -> None:
        path = route.request.url.removeprefix(f"{scheme}://{SHOP}")
        shown = shown_now[-1][1]
        if path.startswith("/static/"):
            if path not in files:
                files[path] = route.fetch(url=f"{live_server.url}{path}")
            route.fulfill(response=files[path])
            return
        response = answer(shown, clients) if path == "/shown" else clients[shown.role].get(path)
        # Of a status from 400 on the browser writes an error, which is as it should be.
        route.fulfill(body=response.content, headers=dict(response.headers))

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            console[message.text].append(shown_now[-1][0])

    page.route(f"{scheme}://{SHOP}/**", answer_shop)
    page.on("console", note)
    page.on("pageerror", lambda error: console[f"{error}"].append(shown_now[-1][0]))
    for name, shown in (PAGES | ADMINISTRATION).items():
        shown_now.append((name, shown))
        page.goto("/shown")
    assert console == {}
