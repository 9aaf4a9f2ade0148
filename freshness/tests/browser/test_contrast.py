"""The contrast of every button and link, in each state and both colours (WCAG 1.4.3, 1.4.11)."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from ..pages import ADMINISTRATION, PAGES

pytestmark = pytest.mark.browser

# Of those that no style sheet can tell apart, the first is measured.
MARK = """() => {
  const seen = new Set();
  const look = it => it && [it.tagName, it.className, it.type, it.disabled, it.ariaCurrent,
    it.ariaSelected, look(it.parentElement)].join();
  document.querySelectorAll("a, button, summary, select, input:not([type=hidden])").forEach(it => {
    it.toggleAttribute("data-measured", !seen.has(look(it)));
    seen.add(look(it));
  });
}"""
CONTROLS = "[data-measured]"
STATES = {
    "at rest": [],
    "hovered": ["hover"],
    "focused": ["focus", "focus-visible", "focus-within"],
    "pressed": ["hover", "active"],
}
MEASURE = (Path(__file__).parent / "contrast.js").read_text()


def measure(page: Page) -> list[dict[str, Any]]:
    """Return what is hard to make out: which control, which part of it, and its contrast."""
    page.evaluate("document.getAnimations().forEach(animation => animation.finish())")
    measured: list[dict[str, Any]] = page.evaluate(MEASURE, CONTROLS)
    return measured


def force_states(page: Page) -> Any:
    """Return a function that puts every control of the page into the named CSS states."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    query = {"nodeId": root, "selector": CONTROLS}
    nodes = devtools.send("DOM.querySelectorAll", query)["nodeIds"]

    def force(states: list[str]) -> None:
        for node in nodes:
            forced = {"nodeId": node, "forcedPseudoClasses": states}
            devtools.send("CSS.forcePseudoState", forced)

    return force


@pytest.mark.parametrize("name", [*PAGES, *ADMINISTRATION])
def test_every_button_and_link_can_be_made_out(show: Any, name: str) -> None:
    page, _complaints = show(name)
    page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    page.evaluate(MARK)
    force = force_states(page)
    for state, pseudo_classes in STATES.items():
        force(pseudo_classes)
        assert_all_can_be_made_out(page, state)
    force([])
    if name in PAGES:  # those of Django's admin stay enabled while a form is sent
        page.evaluate("document.querySelectorAll('button').forEach(it => { it.disabled = true })")
        assert_all_can_be_made_out(page, "disabled")


def assert_all_can_be_made_out(page: Page, state: str) -> None:
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert (colours, state, measure(page)) == (colours, state, [])


@pytest.mark.parametrize(
    ("style", "wrong"),
    [
        ("color: #fff; background: #fff; border: 0", ["letters"]),
        ("color: #777; background: transparent; border: 0", ["letters"]),  # 4.48 on white
        ("color: #767676; background: transparent; border: 0", []),  # 4.54
        ("color: #949494; font-size: 24px; background: transparent; border: 0", []),  # 3.03
        ("color: #000; background: #eee; border: 1px solid #eee", ["edge"]),
        ("color: #000; background: #fff; border: 1px solid #000; opacity: .4", ["letters", "edge"]),
    ],
)
def test_the_measure_is_right(new_page: Any, style: str, wrong: list[str]) -> None:
    page = new_page()
    page.set_content(
        f"<body style='background: #fff'><div style='background: #0000'>"
        f"<button data-measured style='{style}'>Undo</button></div>"
    )
    assert [it["part"] for it in measure(page)] == wrong


def test_a_link_looks_alike_before_and_after_it_was_visited() -> None:
    """No script may read a visited link's colour, so that the style sheets are read instead."""
    for sheet in sorted((settings.BASE_DIR / "static" / "css").glob("*.css")):
        assert not re.search(r":visited", sheet.read_text()), sheet.name
