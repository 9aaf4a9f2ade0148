import io

import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from accounts.models import User
from conftest import PASSWORD


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
