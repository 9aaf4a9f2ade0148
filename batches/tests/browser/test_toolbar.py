"""The bar of actions on a phone: neither what was ticked nor what has the focus is behind it."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from accounts.models import User
from batches.models import Batch
from conftest import MakeBatch, NewPage

from .conftest import sign_in

pytestmark = pytest.mark.browser

SIZES = ["100%", "200%"]
PAGES = ["/admin", "/admin/batches"]
# Where the box to tick stands right above the tabs, or as near to that as the page scrolls.
AT_THE_BOTTOM = """tick => {
  const tabs = document.querySelector(".tabs").getBoundingClientRect();
  scrollBy({ top: tick.getBoundingClientRect().bottom - tabs.top + 1, behavior: "instant" });
}"""
# Whether what is at the middle of the element is the element, and not something over it.
IS_SEEN = """element => {
  const box = element.getClientRects()[0];
  const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return element.contains(above) || Boolean(above?.contains(element) && above.closest(".row"));
}"""
IS_FOCUS_SEEN = """() => {
  const focused = document.activeElement;
  const box = (focused.closest(".tick") ?? focused).getClientRects()[0];
  const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const isSeen = focused.contains(above) || above?.contains(focused);
  return isSeen || focused.matches("body, .skip") ? "" : focused.outerHTML.slice(0, 100);
}"""


@pytest.fixture
def batches(make_batch: MakeBatch) -> list[Batch]:
    return [make_batch(days_on_shelf=number % 7) for number in range(12)]


def open_page(page: Page, path: str, size: str) -> None:
    page.goto(path)
    page.evaluate("size => { document.documentElement.style.fontSize = size }", size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_the_row_that_was_just_ticked_is_in_sight(
    new_page: NewPage, staff: User, batches: list[Batch], path: str, size: str
) -> None:
    page = new_page(360, 740)
    sign_in(page, staff)
    for language in dict(settings.LANGUAGES):
        User.objects.update(language=language)
        open_page(page, path, size)
        for row in page.locator(".row").all():
            tick = row.locator(".tick")
            tick.evaluate(AT_THE_BOTTOM)
            box: Any = tick.bounding_box()
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            checkbox = row.locator("[type=checkbox]")
            assert checkbox.is_checked(), (language, row.text_content())
            assert tick.evaluate(IS_SEEN), (language, row.text_content())
            assert row.locator(".name").evaluate(IS_SEEN), (language, row.text_content())
            checkbox.evaluate("box => { box.checked = false }")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_what_has_the_focus_is_in_sight_before_and_after_it_is_ticked(
    new_page: NewPage, staff: User, batches: list[Batch], path: str, size: str
) -> None:
    page = new_page(360, 740)
    sign_in(page, staff)
    open_page(page, path, size)
    for key in ("Tab", "Shift+Tab"):
        for _press in range(45):
            page.keyboard.press(key)
            assert page.evaluate(IS_FOCUS_SEEN) == ""
            if page.evaluate("document.activeElement.name") == "batch":
                page.keyboard.press("Space")
                assert page.evaluate(IS_FOCUS_SEEN) == ""


def test_every_action_of_the_bar_can_be_pressed(
    new_page: NewPage, staff: User, batches: list[Batch]
) -> None:
    page = new_page(360, 740)
    sign_in(page, staff)
    for path in PAGES:
        open_page(page, path, "100%")
        page.locator(".row .tick").first.click()
        for button in page.locator(".toolbar button").all():
            assert button.evaluate(IS_SEEN), (path, button.text_content())
