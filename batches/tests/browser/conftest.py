import io
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User
from conftest import PASSWORD

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
# Nothing but the pages under test: no updates, no synchronisation, no look-ups.
QUIET = [
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--no-sandbox"),
]

NewPage = Callable[..., Page]


def codes_in(picture: Image.Image) -> list[zxingcpp.Barcode]:
    found = zxingcpp.read_barcodes(picture.convert("L"))
    return [code for code in found if code.format == zxingcpp.BarcodeFormat.QRCode]


def codes_on(page: Page) -> set[str]:
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})  # type: ignore[index]
    picture = Image.open(io.BytesIO(page.screenshot()))
    return {code.text for code in codes_in(picture)}


def sign_in(page: Page, user: User) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("There is no Chromium here, and REQUIRE_BROWSER asks for one.")
        pytest.skip("needs Chromium, and there is none here")
    # The synchronous driver runs an event loop, in which Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def new_page(
    chromium: Browser, live_server: Any, settings: Any, first_products: None
) -> Iterator[NewPage]:
    """Makes pages of a phone held in one hand; what differs is passed on to Chromium."""
    settings.PUBLIC_URL = live_server.url
    contexts: list[BrowserContext] = []

    def make(width: int = 360, height: int = 740, **options: Any) -> Page:
        options = {"base_url": live_server.url} | options
        contexts.append(
            chromium.new_context(viewport={"width": width, "height": height}, **options)
        )
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()
