from typing import Any

import pytest
from playwright.sync_api import Page

from conftest import MakeBatch, MakeUser, NewPage, words

from ..pages import ADMINISTRATION, PAGES, SHOP_NAME, answer, fill_shop


@pytest.fixture
def show(
    new_page: NewPage, make_batch: MakeBatch, make_user: MakeUser, settings: Any, live_server: Any
) -> Any:
    """Opens a page of PAGES in a browser, with what the browser complains of."""
    settings.SHOP_NAME = SHOP_NAME
    settings.PUBLIC_URL = "https://fresh.example.com"  # where labels are printed
    clients = fill_shop(make_batch, make_user)

    def opened(name: str, language: str = "en", **options: Any) -> tuple[Page, list[str]]:
        shown = (PAGES | ADMINISTRATION)[name]
        response = answer(shown, clients, language)
        assert (name, response.status_code) == (name, shown.status), words(response.content)
        page = new_page(**options)
        for cookie in clients[shown.role].cookies.values():
            page.context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
            )
        complaints: list[str] = []
        page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda it: complaints.append(str(it)))
        address = f"{live_server.url}/shown"
        page.route(
            address,
            lambda route: route.fulfill(body=response.content, headers=dict(response.headers)),
        )
        page.goto(address)
        return page, complaints

    return opened
