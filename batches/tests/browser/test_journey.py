from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from batches.models import Batch
from conftest import PASSWORD, MakeBatch, NewPage

from .conftest import codes_on, sign_in

pytestmark = pytest.mark.browser


def register(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Get started").click()
    page.get_by_label("Full name").fill("Ayşe Yılmaz")
    page.get_by_label("E-mail").fill("ayse@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/admin")


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_first_account_to_a_customers_phone(new_page: NewPage, scripts: bool) -> None:
    page = new_page(java_script_enabled=scripts)
    register(page)
    page.get_by_role("link", name="Add batch").first.click()
    page.get_by_text("Chicken").click()
    page.get_by_label("Butcher date", exact=True).fill(
        f"{timezone.localdate() - timedelta(days=1)}"
    )
    page.get_by_role("button", name="Put on the shelf").click()
    identifier = f"{timezone.localdate():%y%m%d}-01"
    expect(page.get_by_text(f"Batch {identifier} is on the shelf.")).to_be_visible()

    [url] = codes_on(page)
    phone = new_page(java_script_enabled=scripts)
    phone.goto(url)
    expect(phone.get_by_role("heading", name="Chicken")).to_be_visible()
    expect(phone.get_by_text("Good to buy.")).to_be_visible()
    expect(phone.get_by_text(identifier)).to_be_visible()


def test_a_second_tap_sends_nothing_twice(new_page: NewPage, staff: User) -> None:
    page = new_page()
    sign_in(page, staff)
    page.goto("/admin/batches/new")
    page.get_by_text("Chicken").click()
    page.get_by_label("Butcher date", exact=True).fill(f"{timezone.localdate()}")
    posts: list[str] = []
    page.on("request", lambda request: posts.extend([request.url] * (request.method == "POST")))
    tap_twice = "button => { button.click(); setTimeout(() => button.click(), 300) }"
    with transaction.atomic():  # nobody else can write: the answer is slow to come
        page.get_by_role("button", name="Put on the shelf").evaluate(tap_twice)
        page.wait_for_timeout(800)
    expect(page.get_by_text("is on the shelf.")).to_be_visible()
    assert (len(posts), Batch.objects.count()) == (1, 1)
    page.go_back()
    expect(page.get_by_role("button", name="Put on the shelf")).to_be_enabled()


def test_a_file_that_is_under_way_says_so(new_page: NewPage, staff: User) -> None:
    page = new_page()
    sign_in(page, staff)
    page.goto("/admin/import")
    header = "product,batch_identifier,butcher_date,arrival_date"
    text = f"{header}\nChicken,B-1,2026-11-01,2026-11-02\n".encode()
    page.get_by_label("File").set_input_files(
        {"name": "b.csv", "mimeType": "text/csv", "buffer": text}
    )
    under_way = page.get_by_text("One moment.")
    expect(under_way).to_be_hidden()
    tap_and_look = """button => {
        button.click();
        const word = button.form.querySelector("[data-while-sent]");
        return new Promise((tell) => setTimeout(() => tell(word.checkVisibility()), 300));
    }"""
    with transaction.atomic():  # nobody else can write: the answer is slow to come
        assert page.get_by_role("button", name="Check the file").evaluate(tap_and_look)
    expect(page.get_by_role("button", name="Save 1 row")).to_be_visible()
    expect(under_way).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_only_a_person_knows_of_a_file_is_asked(
    new_page: NewPage, staff: User, scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts)
    sign_in(page, staff)
    page.goto("/admin/import")
    header = "product,batch_identifier,butcher_date,arrival_date,supplier,supplier_lot"
    text = f"{header}\nChicken,B-1,03/04/2026,05/04/2026,Farm,10.12.2026\n".encode()
    page.get_by_label("File").set_input_files(
        {"name": "b.csv", "mimeType": "text/csv", "buffer": text}
    )
    page.get_by_role("button", name="Check the file").click()
    page.get_by_label("Month first: 03/04/2026 is 4 March 2026.").check()
    page.get_by_role("button", name="Read the dates this way").click()
    expect(page.get_by_role("button", name="Save 1 row")).to_be_hidden()
    page.get_by_text("Read the dates in another way").click()
    page.get_by_label("Day first: 03/04/2026 is 3 April 2026.").check()
    page.get_by_role("button", name="Read the dates this way").click()
    page.get_by_role("button", name="They are right as they are").click()
    page.get_by_role("button", name="Save 1 row").click()
    expect(page.get_by_text("1 row is saved.")).to_be_visible()
    batch = Batch.objects.get()
    assert (f"{batch.arrival_date}", batch.supplier_lot) == ("2026-04-05", "10.12.2026")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_date_that_is_half_typed_is_not_taken_for_none(
    new_page: NewPage, staff: User, scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts)
    sign_in(page, staff)
    page.goto("/admin/batches/new")
    page.get_by_text("Chicken").click()
    page.get_by_label("Butcher date", exact=True).fill(f"{timezone.localdate()}")
    page.get_by_label("Use-by date").press_sequentially("11")
    page.get_by_role("button", name="Put on the shelf").click()
    page.wait_for_timeout(500)
    assert not Batch.objects.exists()
    expect(page.get_by_label("Use-by date")).to_be_focused()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_code_in_the_list_scans_from_the_screen(
    new_page: NewPage, make_batch: MakeBatch, staff: User, live_server: Any, colours: str
) -> None:
    batches = [make_batch() for _ in range(4)]
    page = new_page(color_scheme=colours)
    sign_in(page, staff)
    page.goto("/admin/batches")
    assert codes_on(page) == {f"{live_server.url}/batch/{batch.pk}" for batch in batches}


def test_a_scan_costs_one_request(new_page: NewPage, make_batch: MakeBatch) -> None:
    batch = make_batch()
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/batch/{batch.pk}", wait_until="networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert page.context.cookies() == []


@pytest.mark.parametrize("text", ["100%", "200%"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_scrolls_sideways(
    new_page: NewPage, make_batch: MakeBatch, administrator: User, width: int, text: str
) -> None:
    batch = make_batch(
        batch_identifier="W" * 20,
        use_by=timezone.localdate(),
        supplier="Unbreakable" * 10,
        recalled_at=timezone.now(),
        recall_reason="Donaudampfschifffahrtsgesellschaft" * 5,
    )
    batch.product.name = "Schweinefleischwurstwaren" + "m" * 35
    batch.product.save()
    page = new_page(width, bypass_csp=True)  # to set the size of the text
    sign_in(page, administrator)
    one = f"/admin/batches/{batch.pk}"
    for path in (
        *("/", "/?code=x", "/batch/none", f"/batch/{batch.pk}", "/profile", "/nothing"),
        *("/reset-password", "/reset-password/MQ/x", "/profile/second-factor"),
        *("/admin", "/admin/batches", "/admin/batches?search=none", "/admin/batches/new"),
        *(one, f"{one}/edit", f"{one}/remove", f"{one}/recall", "/admin/recalls/new"),
        *(f"{one}/delete", f"/admin/labels?batch={batch.pk}", "/admin/labels/stock/new"),
        *("/admin/labels?batch=" + batch.pk + "&stock=avery-5167", "/admin/labels/test-page"),
    ):
        page.goto(path)
        page.add_style_tag(content=f"html {{ font-size: {text} }}")
        page_width = page.evaluate("document.documentElement.scrollWidth")
        assert (path, page_width) == (path, width)


def test_an_error_is_read_first_and_leads_to_its_field(new_page: NewPage, staff: User) -> None:
    page = new_page()
    sign_in(page, staff)
    page.goto("/admin/batches/new")
    page.get_by_label("Batch identifier").fill("a b")
    page.get_by_label("Supplier", exact=False).first.fill("Hill Farm")
    page.get_by_role("button", name="Put on the shelf").click()
    expect(page).to_have_title("Error: Add batch · Corner Butcher")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="Product").click()
    expect(page.get_by_role("radio").first).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="Batch identifier").click()
    expect(page.get_by_label("Batch identifier")).to_have_value("a b")
    expect(page.get_by_label("Supplier", exact=False).first).to_have_value("Hill Farm")
    assert not Batch.objects.exists()


def test_a_slip_is_said_while_it_is_typed_in_the_words_of_the_server(
    new_page: NewPage, staff: User, make_batch: MakeBatch
) -> None:
    make_batch(batch_identifier="A-1")
    page = new_page()
    sign_in(page, staff)
    page.goto("/admin/batches/new")
    button = page.get_by_role("button", name="Put on the shelf")
    before = button.evaluate("it => it.offsetTop")
    page.get_by_label("Batch identifier").fill("a-1")
    page.get_by_role("button", name="Butcher date: Today").click()
    page.get_by_role("button", name="Arrival date: Yesterday").click()
    too_early = page.get_by_text("A batch cannot arrive before it was butchered.")
    expect(too_early).to_be_visible()
    expect(page.get_by_text("Another batch has this identifier already.")).to_be_visible()
    arrival = page.get_by_label("Arrival date", exact=True)
    expect(arrival).to_have_attribute("aria-invalid", "true")
    expect(arrival).to_have_accessible_description("A batch cannot arrive before it was butchered.")
    assert page.get_by_text("Choose the product.").count() == 0  # not yet
    assert button.evaluate("it => it.offsetTop") == before  # nothing has jumped
    page.get_by_role("button", name="Arrival date: Today").click()
    expect(too_early).to_be_hidden()
    expect(arrival).not_to_have_attribute("aria-invalid", "true")
    assert Batch.objects.count() == 1


def test_without_scripts_there_are_no_buttons_that_do_nothing(
    new_page: NewPage, staff: User
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, staff)
    page.goto("/admin/batches/new")
    expect(page.get_by_role("button", name="Yesterday")).to_have_count(0)


def test_what_was_missing_when_it_was_sent_stays_said_until_it_is_there(
    new_page: NewPage, staff: User
) -> None:
    page = new_page()
    sign_in(page, staff)
    page.goto("/admin/batches/new")
    page.get_by_role("button", name="Put on the shelf").click()
    missing = page.locator(".said").get_by_text("Choose the product.")
    expect(missing).to_be_visible()
    page.get_by_label("Supplier", exact=False).first.fill("Hill Farm")
    with page.expect_response("**/check"):
        page.get_by_role("button", name="Butcher date: Today").click()
    expect(page.get_by_text("Enter the date.")).to_have_count(1)  # in the summary alone
    expect(missing).to_be_visible()
    page.get_by_text("Chicken").click()
    expect(missing).to_be_hidden()


def test_a_form_that_was_left_open_over_night_offers_no_today(
    new_page: NewPage, staff: User
) -> None:
    page = new_page()
    page.clock.install()
    sign_in(page, staff)
    page.goto("/admin/batches/new")
    today = page.get_by_role("button", name="Arrival date: Today")
    expect(today).to_be_visible()
    page.clock.fast_forward("11:50:00")
    expect(today).to_be_visible()
    page.clock.fast_forward("10:01")
    expect(today).to_be_hidden()
