"""Every page in every state, as a browser shows it: to whoever sees it, and to whoever does not."""

import importlib.resources
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from ..fonts import measured_fonts
from ..pages import ADMINISTRATION, PAGES

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
USE_FONT = """font => {
  const style = document.documentElement.style;
  if (font) style.setProperty("--font", JSON.stringify(font));
  else style.removeProperty("--font");
}"""
RESIZE = """size => {
  document.documentElement.style.fontSize = size;
  return document.documentElement.scrollWidth;
}"""
# As wide as a reader may set it (WCAG 2.2, 1.4.12), and wider than any font makes it.
SPREAD = """() => Object.assign(document.body.style,
  { letterSpacing: ".12em", wordSpacing: ".16em" })"""


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
        for font in (None, *measured_fonts()):
            page.evaluate(USE_FONT, font)
            for width in (320, 360, 768, 1280):
                page.set_viewport_size({"width": width, "height": 740})
                too_small = page.evaluate(TOO_SMALL, 44)
                assert (language, font, width, too_small) == (language, font, width, [])
                assert_it_fits(page, width, (language, font))
        page.evaluate(SPREAD)
        assert_it_fits(page, 320, (language, "spread"))


def assert_it_fits(page: Page, width: int, where: tuple[str, str | None]) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    for size in ("200%", "100%"):
        scrolled = page.evaluate(RESIZE, size)
        assert (where, width, size, scrolled) == (where, width, size, width)
