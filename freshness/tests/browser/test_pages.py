"""Every page in every state, as a browser shows it: to whoever sees it, and to whoever does not."""

import importlib.resources
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from conftest import MakeBatch, MakeUser, NewPage, words

from ..pages import ADMINISTRATION, PAGES, SHOP_NAME, answer, fill_shop

pytestmark = pytest.mark.browser

AXE = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text()
LOOKS = [(width, colours) for width in (360, 1280) for colours in ("light", "dark")]
TOO_SMALL = """least => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter(it => it.checkVisibility() && it.tabIndex >= 0 && !it.closest(".skip, .place"))
  .filter(it => !(it.matches("a") && getComputedStyle(it).display === "inline"))
  .map(it => [it, (it.matches("[type=radio], [type=checkbox]") ? it.closest("label") : it)])
  .filter(([it, target]) => {
    const box = target.getBoundingClientRect();
    return box.height < least - .5 || box.width < least - .5;
  })
  .map(([it]) => it.outerHTML.slice(0, 120))"""


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


@pytest.mark.parametrize("name", [*PAGES, *ADMINISTRATION])
def test_it_is_open_to_everybody_at_each_width_and_in_both_colours(show: Any, name: str) -> None:
    page, complaints = show(name)
    assert complaints == []
    page.evaluate(AXE)
    for width, colours in LOOKS:
        page.set_viewport_size({"width": width, "height": 740})
        page.emulate_media(color_scheme=colours)
        # Django's own colours fade.
        page.evaluate("() => Promise.all(document.getAnimations().map(it => it.finished))")
        found = page.evaluate("axe.run()")
        wrong = [
            (it["id"], node["html"][:200]) for it in found["violations"] for node in it["nodes"]
        ]
        assert (width, colours, wrong) == (width, colours, [])


@pytest.mark.parametrize("name", PAGES)
def test_it_needs_no_sideways_scroll_and_no_thin_fingers(show: Any, name: str) -> None:
    for language in dict(settings.LANGUAGES):
        page, _complaints = show(name, language, width=320)
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            page.evaluate("() => { document.documentElement.style.fontSize = '100%' }")
            assert (language, width, page.evaluate(TOO_SMALL, 44)) == (language, width, [])
            for size in ("100%", "200%"):
                page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
                scrolled = page.evaluate("document.documentElement.scrollWidth")
                assert (language, width, size, scrolled) == (language, width, size, width)
