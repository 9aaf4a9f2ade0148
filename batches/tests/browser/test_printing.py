"""Labels as Chromium prints them: measured in mm, and read by a real decoder."""

import io
import re
from typing import Any
from urllib.parse import urlencode

import pypdfium2
import pytest
import zplkit
from django.utils import timezone
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect

from accounts.models import User
from batches.models import Batch, LabelRun, Product
from batches.rules.label_stock import MM_PER_INCH, Stock, ready_made
from conftest import MakeBatch, NewPage

from .conftest import codes_in, sign_in

pytestmark = pytest.mark.browser

STOCKS = [
    *("plain-a4", "avery-5160", "avery-l7160", "avery-l7651", "zweckform-3474", "avery-22806"),
    *("brother-dk-11209", "dymo-30252", "dymo-30332", "thermal-57x32", "thermal-100x50"),
]
NAMES = {
    "Turkish": "Çiğ köfte İçin Şiş Izgaralık Dana Eti Yağsız Çift Kıyılmış Ş",
    "Greek": "Κοτόπουλο μπούτι χωρίς κόκαλο και χωρίς δέρμα νωπό της ημέρας",
    "Arabic": "دجاج طازج مبرد بدون عظم دجاج طازج مبرد بدون عظم دجاج طازج م",
    "Chinese": "新鲜带骨鸡腿肉冷藏包装产品" * 5,
    "Latin": "Schweinefleischwurstwaren " + "WM" * 17,
}
EDGE = 0.7  # mm of a label that stay white


@pytest.fixture(autouse=True)
def lasting_address(settings: Any, new_page: NewPage) -> None:
    settings.PUBLIC_URL = "https://fresh.example.com"


def to_print(page: Page, batches: list[Batch], **query: Any) -> pypdfium2.PdfDocument:
    """The PDF that the button on the page of labels leads to."""
    chosen = [("batch", batch.pk) for batch in batches]
    page.goto(f"/admin/labels?{urlencode([*chosen, *query.items()])}")
    page.get_by_role("button", name=re.compile(r"Print \d+ label")).click()
    page.wait_for_url(re.compile(r"/admin/labels/\d+"))
    return pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))


def pictures(document: pypdfium2.PdfDocument, dots_per_inch: int) -> list[Image.Image]:
    scale = dots_per_inch / 72  # a PDF's unit is 1/72 inch
    return [sheet.render(scale=scale).to_pil().convert("L") for sheet in document]


def ink(picture: Image.Image, box: tuple[float, float, float, float], dots_per_inch: int) -> Any:
    """What is printed in `box`, as a box; both in mm: left, top, right, bottom. None if nothing."""
    left, top, right, bottom = (round(length * dots_per_inch / MM_PER_INCH) for length in box)
    part = picture.crop((left, top, min(right, picture.width), min(bottom, picture.height)))
    dark = ImageOps.invert(part).point(lambda level: 255 if level > 100 else 0)
    if (found := dark.getbbox()) is None:
        return None
    moved = (found[0] + left, found[1] + top, found[2] + left, found[3] + top)
    return tuple(length * MM_PER_INCH / dots_per_inch for length in moved)


@pytest.mark.parametrize("key", STOCKS)
def test_every_printed_code_scans_and_lies_in_its_place(
    new_page: NewPage, make_batch: MakeBatch, staff: User, key: str
) -> None:
    stock = ready_made()[key]
    batches = [make_batch(use_by=timezone.localdate()) for _ in range(min(stock.capacity, 12) + 1)]
    page = new_page(color_scheme="dark")
    sign_in(page, staff)
    document = to_print(page, batches, stock=key)
    for dots_per_inch in (203, 300, 600):
        found = {}
        for number, sheet in enumerate(pictures(document, dots_per_inch)):
            for code in codes_in(sheet):
                corner = code.position.top_left
                across, down = (it * MM_PER_INCH / dots_per_inch for it in (corner.x, corner.y))
                found[code.text] = (number, across, down)
        urls = [f"https://fresh.example.com/batch/{batch.pk}" for batch in batches]
        assert set(found) == set(urls)
        _, first_across, first_down = found[urls[0]]
        for index, url in enumerate(urls):
            place = stock.places()[index % stock.capacity]
            number, across, down = found[url]
            assert number == index // stock.capacity
            # From one code to the next it is as far as from one label to the next.
            assert across - first_across == pytest.approx(place.left - stock.margin[0], abs=0.2)
            assert down - first_down == pytest.approx(place.top - stock.margin[1], abs=0.2)


@pytest.mark.parametrize("key", STOCKS)
def test_the_outlines_lie_where_the_stock_has_its_labels(
    new_page: NewPage, staff: User, key: str
) -> None:
    stock = ready_made()[key]
    page = new_page()
    sign_in(page, staff)
    page.goto(f"/admin/labels/test-page?stock={key}")
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    [sheet] = pictures(document, 600)
    size = [length * MM_PER_INCH / 72 for length in document[0].get_size()]
    assert size == pytest.approx(stock.page, abs=0.25)  # Chromium's pages are whole pixels
    for place in stock.places():
        middle = (place.left + stock.label[0] / 4, place.top + stock.label[1] / 4)
        if place.left > 1:
            box = (place.left - 1, middle[1], place.left + 1, middle[1] + 0.5)
            left, _, right, _ = ink(sheet, box, 600)
            assert (left + right) / 2 == pytest.approx(place.left, abs=0.2)
        if place.top > 1:
            box = (middle[0], place.top - 1, middle[0] + 0.5, place.top + 1)
            _, top, _, bottom = ink(sheet, box, 600)
            assert (top + bottom) / 2 == pytest.approx(place.top, abs=0.2)


@pytest.mark.parametrize("key", ["avery-5160", "avery-l7651", "dymo-30252", "thermal-57x32"])
def test_names_of_any_length_and_script_stay_on_their_label(
    new_page: NewPage, make_batch: MakeBatch, staff: User, settings: Any, key: str
) -> None:
    settings.SHOP_NAME = "The Corner Butcher of Long Lane and Sons " + "x" * 19
    stock = ready_made()[key]
    batches = []
    for length in (1, 7, 20, 40, 60):
        for script, name in NAMES.items():
            product = Product.objects.create(name=name[:length].strip())
            identifier = f"{script}-{length}-{'W' * 20}"[:20]
            batches.append(make_batch(product=product, batch_identifier=identifier))
    page = new_page()
    sign_in(page, staff)
    document = to_print(page, batches, stock=key)
    found = 0
    for sheet in pictures(document, 300):
        codes = len(codes_in(sheet))
        found += codes
        for place in stock.places()[:codes]:
            assert_edges_are_white(sheet, stock, place.left, place.top)
    assert found == len(batches)


def assert_edges_are_white(sheet: Image.Image, stock: Stock, left: float, top: float) -> None:
    right, bottom = left + stock.label[0], top + stock.label[1]
    for edge in (
        (left, top, right, top + EDGE),
        (left, bottom - EDGE, right, bottom),
        (left, top, left + EDGE, bottom),
        (right - EDGE, top, right, bottom),
    ):
        assert ink(sheet, edge, 300) is None


@pytest.mark.parametrize("scripts", [True, False])
def test_printing_from_the_page_of_a_batch(
    new_page: NewPage, make_batch: MakeBatch, staff: User, scripts: bool
) -> None:
    batch = make_batch()
    page = new_page(java_script_enabled=scripts)
    sign_in(page, staff)
    page.goto(f"/admin/batches/{batch.pk}")
    page.get_by_role("link", name="Print label").click()
    page.get_by_label("Copies of each label").fill("3")
    page.get_by_role("button", name=re.compile("^Print (1 label|the labels)$")).click()
    expect(page.get_by_role("heading", name="3 labels to print")).to_be_visible()
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert [len(codes_in(sheet)) for sheet in pictures(document, 300)] == [3]
    text = document[0].get_textpage().get_text_range()
    assert text.count(batch.spelled_code()) == 3
    assert "Sign out" not in text


def test_the_window_for_printing_opens_by_itself_once(
    new_page: NewPage, make_batch: MakeBatch, staff: User
) -> None:
    batch = make_batch()
    page = new_page()
    page.add_init_script("window.opened = 0; window.print = () => { window.opened += 1 }")
    sign_in(page, staff)
    to_print(page, [batch])
    page.wait_for_function("window.opened === 1")
    page.reload()
    page.wait_for_timeout(300)
    assert page.evaluate("window.opened") == 0


def test_labels_printed_by_the_browsers_own_menu_are_recorded_as_they_are_shown(
    new_page: NewPage, make_batch: MakeBatch, staff: User
) -> None:
    batch = make_batch()
    page = new_page()
    sign_in(page, staff)
    page.goto(f"/admin/labels?batch={batch.pk}&copies=2")
    page.get_by_label("Copies of each label").fill("7")  # and the preview is not updated
    with page.expect_response(lambda response: response.request.method == "POST"):
        document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert [len(codes_in(sheet)) for sheet in pictures(document, 300)] == [2]
    assert [printed.copies for printed in batch.printed_labels.all()] == [2]


def test_a_press_on_the_sheet_chooses_the_first_free_place(
    new_page: NewPage, make_batch: MakeBatch, staff: User
) -> None:
    page = new_page()
    sign_in(page, staff)
    page.goto(f"/admin/labels?batch={make_batch().pk}&stock=avery-l7160")
    page.get_by_text("The places of the sheet").click()
    page.get_by_role("button", name="Place 8, free").click()
    expect(page.get_by_label("First free place")).to_have_value("8")
    eighth = page.get_by_role("button", name="Place 8, gets a label")
    expect(eighth).to_have_attribute("aria-current", "true")


def test_stock_is_found_as_one_types(new_page: NewPage, make_batch: MakeBatch, staff: User) -> None:
    page = new_page()
    sign_in(page, staff)
    page.goto(f"/admin/labels?batch={make_batch().pk}")
    page.get_by_text("Label stock:").click()
    search = page.get_by_label("Search by maker, number or size")
    for typed, name in (
        *(("avery l7160", "L7160"), ("63,5x46,56", "L7161"), ("zebra 2x1", "Thermal 2 x 1 in")),
        *(("2 1/4", "Thermal 2-1/4"), ("62×29", "DK-11209"), ("dk 11209", "DK-11209")),
    ):
        search.fill(typed)
        expect(page.locator(".stock:visible")).to_have_count(1)
        expect(page.locator(".stock:visible")).to_contain_text(name)
    search.fill("zzz")
    expect(page.get_by_text("No stock matches.")).to_be_visible()
    search.fill("dk 11209")
    search.press("Enter")
    page.locator(".stock:visible").get_by_role("radio").check()
    page.get_by_role("button", name="Use this stock").click()
    expect(page.get_by_text("Label stock: Brother DK-11209")).to_be_visible()


def test_another_stock_is_taken_by_the_button_that_offers_it(
    new_page: NewPage, make_batch: MakeBatch, staff: User
) -> None:
    page = new_page()
    sign_in(page, staff)
    page.goto(f"/admin/labels?batch={make_batch().pk}&stock=avery-5167")
    page.get_by_role("button", name="Use Online Labels OL5125").click()
    expect(page.get_by_text("Label stock: Online Labels OL5125")).to_be_visible()
    page.get_by_label("Copies of each label").fill("3")
    page.get_by_label("Copies of each label").press("Enter")
    expect(page.get_by_role("button", name="Print 3 labels")).to_be_visible()


def test_a_page_from_right_to_left_leaves_codes_alone(
    new_page: NewPage, make_batch: MakeBatch, staff: User, settings: Any
) -> None:
    page = new_page()
    sign_in(page, staff)
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    settings.LANGUAGE_CODE = "ar"
    batch = make_batch()
    for key in ("avery-l7160", "dymo-30252"):
        page.goto(f"/admin/labels?batch={batch.pk}&stock={key}")
        document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
        assert [len(codes_in(sheet)) for sheet in pictures(document, 300)] == [1]


@pytest.mark.parametrize("dots_per_inch", [203, 300])
def test_names_in_every_script_reach_a_thermal_printer(
    new_page: NewPage, make_batch: MakeBatch, staff: User, dots_per_inch: int
) -> None:
    batches = []
    for script, name in NAMES.items():
        product = Product.objects.create(name=name)
        batches.append(make_batch(product=product, batch_identifier=script))
    page = new_page()
    sign_in(page, staff)
    to_print(page, batches, stock="thermal-57x32", dots_per_inch=dots_per_inch)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download for a Zebra printer").click()
    zpl = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename == f"labels-{LabelRun.objects.get().pk}.zpl"
    labels = re.findall(r"\^XA.*?\^XZ", zpl, re.S)
    assert len(labels) == len(batches)
    for batch, label in zip(batches, labels, strict=True):
        once = re.sub(r"\^PQ\d+", "", label)
        [scene] = zplkit.render(once, zplkit.Options(dpi=dots_per_inch)).labels
        picture = Image.open(io.BytesIO(scene.png()))
        assert [code.text for code in codes_in(picture)] == [
            f"https://fresh.example.com/batch/{batch.pk}"
        ]
        assert ("^GFA" in label) == (batch.product.name != NAMES["Latin"])
        for dots in re.findall(r"\^GFA,\d+,\d+,\d+,([0-9A-F]+)\^FS", label):
            assert 0.03 < sum(int(dot, 16).bit_count() for dot in dots) / (4 * len(dots)) < 0.6
