"""Every page in every state, as a browser shows it: to whoever sees it, and to whoever does not."""

import importlib.resources
from typing import Any

import pytest
from django.conf import settings

from ..pages import ADMINISTRATION, PAGES

pytestmark = pytest.mark.browser

AXE = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text()
# All that axe finds is a megabyte; only what is wrong leaves the browser.
VIOLATIONS = """() => axe.run({ resultTypes: ["violations"] }).then(found =>
  found.violations.flatMap(it => it.nodes.map(node => [it.id, node.html.slice(0, 200)])))"""
LOOKS = [(360, "light"), (1280, "dark")]
TOO_SMALL = """least => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter(it => it.checkVisibility() && it.tabIndex >= 0 && !it.closest(".skip, .place"))
  .filter(it => !(it.matches("a") && getComputedStyle(it).display === "inline"))
  .map(it => [it, (it.matches("[type=radio], [type=checkbox]") ? it.closest("label") : it)])
  .filter(([it, target]) => {
    const box = target.getBoundingClientRect();
    return box.height < least - .5 || box.width < least - .5;
  })
  .map(([it]) => it.outerHTML.slice(0, 120))"""
# How wide the page is at each size of letters: as it comes, and with letters and words as far apart
# as a reader may set them (WCAG 2.2, 1.4.12), which is wider than any usual font.
WIDTHS = """() => {
  const page = document.documentElement;
  const widths = ["100%", "200%"].flatMap(fontSize =>
    [["0", "0"], [".12em", ".16em"]].map(([letterSpacing, wordSpacing]) => {
      Object.assign(page.style, { fontSize, letterSpacing, wordSpacing });
      return page.scrollWidth;
    }));
  page.style.cssText = "";
  return widths;
}"""


@pytest.mark.parametrize("name", [*PAGES, *ADMINISTRATION])
def test_it_is_open_to_everybody_narrow_and_light_or_wide_and_dark(show: Any, name: str) -> None:
    page, complaints = show(name)
    assert complaints == []
    page.evaluate(AXE)
    for width, colours in LOOKS:
        page.set_viewport_size({"width": width, "height": 740})
        page.emulate_media(color_scheme=colours)
        # Django's own colours fade.
        page.evaluate("() => Promise.all(document.getAnimations().map(it => it.finished))")
        assert (width, colours, page.evaluate(VIOLATIONS)) == (width, colours, [])


@pytest.mark.parametrize("name", PAGES)
def test_it_needs_no_sideways_scroll_and_no_thin_fingers(show: Any, name: str) -> None:
    for language in dict(settings.LANGUAGES):
        page, _complaints = show(name, language, width=320)
        for width in (320, 360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            assert (language, width, page.evaluate(TOO_SMALL, 44)) == (language, width, [])
            assert (language, page.evaluate(WIDTHS)) == (language, [width] * 4)
