import pickle
import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

from conftest import words

from ..pages import ADMINISTRATION, PAGES, SHOP_NAME, answer, fill_shop
from ..shared import made_once

SHOP = "://shop.example.com"  # no name of this computer, which browsers trust without https
Show = Callable[..., tuple[Page, list[str]]]


class Response(NamedTuple):
    body: bytes
    headers: dict[str, str]


class RenderedPage(NamedTuple):
    """A page of PAGES as the shop answers with it; by their paths, what it needs beside itself."""

    response: Response
    files: dict[str, Response]


RenderedPages = dict[tuple[str, str], RenderedPage]
FILES = re.compile(r'<(?:link|script)\b[^>]* (?:href|src)="(/(?!static/)[^"]+)"')


@pytest.fixture(scope="session")
def rendered_pages() -> RenderedPages:
    """Pages by name and language: to render one takes longer than to look at it."""
    return {}


def render_all(clients: dict[str, Client], file: Path) -> None:
    names, languages = PAGES | ADMINISTRATION, dict(settings.LANGUAGES)
    pages = {
        (name, language): render(name, language, clients)
        for language in languages
        for name in names
    }
    file.write_bytes(pickle.dumps(pages))


def render(name: str, language: str, clients: dict[str, Client]) -> RenderedPage:
    shown = (PAGES | ADMINISTRATION)[name]
    response = answer(shown, clients, language)
    assert (name, response.status_code) == (name, shown.status), words(response.content)
    files = {
        unescape(path): response_of(clients[shown.role].get(unescape(path)))
        for path in FILES.findall(response.content.decode())
    }
    return RenderedPage(response_of(response), files)


def response_of(response: Any) -> Response:
    return Response(response.content, dict(response.headers))


@pytest.fixture
def render_page(
    db: None, request: pytest.FixtureRequest, rendered_pages: RenderedPages, settings: Any
) -> Callable[..., RenderedPage]:
    """Renders a page in a language; or, unless `anew`, returns it as rendered for a test before."""
    settings.SHOP_NAME = SHOP_NAME

    @cache
    def clients() -> dict[str, Client]:
        return fill_shop(*map(request.getfixturevalue, ("make_batch", "make_user")))

    def rendered(name: str, language: str, anew: bool = False) -> RenderedPage:
        if anew:
            return render(name, language, clients())
        if not rendered_pages:
            file = made_once("pages", lambda draft: render_all(clients(), draft))
            rendered_pages.update(pickle.loads(file.read_bytes()))  # our own
        return rendered_pages[name, language]

    return rendered


@pytest.fixture(scope="session")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """One for all pages that are shown."""
    context = chromium.new_context()
    yield context
    context.close()


@pytest.fixture
def show(
    render_page: Callable[..., RenderedPage], context: BrowserContext, settings: Any
) -> Iterator[Show]:
    """Opens a page of PAGES in a browser, with what the browser complains of."""
    settings.PUBLIC_URL = "https://fresh.example.com"  # where labels are printed
    page = context.new_page()
    complaints: list[str] = []
    shown: list[RenderedPage] = []

    def answer_shop(route: Route) -> None:
        path = route.request.url.partition(SHOP)[2]
        if path.startswith(settings.STATIC_URL):
            route.fulfill(path=finders.find(path.removeprefix(settings.STATIC_URL)))
        elif response := {"/shown": shown[-1].response, **shown[-1].files}.get(path):
            # Of a status from 400 on the browser writes an error, which is as it should be.
            route.fulfill(body=response.body, headers=response.headers)
        else:  # axe looks for what style sheets import
            route.fulfill(status=404)

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.route("**", answer_shop)
    page.on("console", note)
    page.on("pageerror", lambda it: complaints.append(str(it)))

    def opened(
        name: str, language: str = "en", width: int = 360, over: str = "http", anew: bool = False
    ) -> tuple[Page, list[str]]:
        shown.append(render_page(name, language, anew))
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(f"{over}{SHOP}/shown")
        return page, complaints

    yield opened
    page.close()
