"""A day's jobs with the keyboard alone, on a phone's narrow screen."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from batches.models import Batch
from conftest import PASSWORD, NewPage

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const it = document.activeElement;
  const box = it.getBoundingClientRect();
  const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const style = getComputedStyle(it.closest(".tick") ?? it);
  return {
    name: it.ariaLabel || it.labels?.[0]?.textContent || it.textContent || it.name,
    isSeen: it.contains(above) || above?.contains(it) || it.matches(".skip, [type=date]"),
    isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called `name` has the focus; all on the way has to show it."""
    page.wait_for_load_state()
    for _press in range(60):
        page.keyboard.press("Tab")
        focused: dict[str, Any] = page.evaluate(FOCUSED)
        assert focused["isSeen"], focused
        assert focused["isMarked"], focused
        if re.fullmatch(name, " ".join(focused["name"].split())):
            return
    pytest.fail(f"No Tab leads to {name}.")


def test_a_batch_is_recorded_printed_and_changed(
    new_page: NewPage, staff: User, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://fresh.example.com"
    page = new_page()
    press = page.keyboard.press
    page.goto("/login")
    tab_to(page, "E-mail")
    page.keyboard.type(staff.email)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    press("Enter")
    page.wait_for_url("**/admin")
    tab_to(page, "Add")
    press("Enter")
    page.wait_for_url("**/new")
    tab_to(page, ".*Beef")
    press("ArrowDown")  # to Chicken
    tab_to(page, "Butcher date: Today")
    press("Enter")
    tab_to(page, "Put on the shelf")
    press("Enter")
    expect(page.get_by_text("is on the shelf.")).to_be_visible()
    assert Batch.objects.get().product.name == "Chicken"
    tab_to(page, "Print label")
    press("Enter")
    page.wait_for_url("**/labels?*")
    tab_to(page, "Print 1 label")
    press("Enter")
    page.wait_for_url(re.compile(r"/admin/labels/\d+"))
    page.goto(Batch.objects.get().get_absolute_url())
    tab_to(page, "Edit")
    press("Enter")
    page.wait_for_url("**/edit")
    tab_to(page, r"Supplier \(optional\)")
    page.keyboard.type("Hill Farm")
    press("Enter")
    expect(page.get_by_text("is changed.")).to_be_visible()
    tab_to(page, "Sign out")
    press("Enter")
    expect(page.get_by_role("heading", name="How fresh is it?")).to_be_visible()


def test_the_first_tab_skips_what_is_the_same_on_every_page(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Code on the label")).to_be_focused()
