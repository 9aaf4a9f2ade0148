"""What was typed survives an expired session, and nobody else gets to see it."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, Route, expect

from accounts.login import second_factor
from accounts.models import User
from batches.models import Batch, OwnStock, Recall, RecalledBatch
from conftest import PASSWORD, MakeBatch, MakeUser, NewPage

from .conftest import sign_in

pytestmark = pytest.mark.browser

BACK = re.compile("What you typed is back in the form")
MAY_NOT_BE_SAVED = "What you typed in a form may not be saved yet."


def stored(page: Page) -> str:
    """Return what the tab keeps, once the page's scripts have run."""
    page.wait_for_load_state("load")
    kept: str = page.evaluate("JSON.stringify({...sessionStorage})")
    return kept


def expire_sessions() -> None:
    Session.objects.all().delete()


def fill_sign_in(page: Page, user: User) -> None:
    """Sign in on the page that is open, without a look at another address."""
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def sign_in_again(page: Page, user: User) -> None:
    expect(page.get_by_text("You were signed out, so nothing was saved.")).to_be_visible()
    fill_sign_in(page, user)
    expect(page.get_by_text("so this is not saved yet")).to_be_visible()


def type_a_batch(page: Page, identifier: str = "MINE-1") -> None:
    page.goto("/admin/batches/new")
    page.get_by_text("Chicken").click()
    page.get_by_label("Batch identifier").fill(identifier)
    page.get_by_label("Butcher date", exact=True).fill("2026-11-20")
    page.get_by_label("Arrival date", exact=True).fill("2026-11-21")
    page.get_by_label("Use-by date").fill("2026-12-01")
    page.get_by_label("Supplier (optional)").fill("Ömer <b>& Sons</b>")
    page.get_by_label("Supplier's lot").fill("10.12.2026")


@pytest.fixture
def page(new_page: NewPage, staff: User) -> Page:
    page = new_page()
    sign_in(page, staff)
    return page


def test_a_new_batch_is_back_after_signing_in_and_is_saved_by_a_press_alone(
    page: Page, staff: User
) -> None:
    type_a_batch(page)
    expire_sessions()
    press(page, "Put on the shelf")
    sign_in_again(page, staff)
    expect(page).to_have_url(re.compile("/admin/batches/new$"))
    expect(page.get_by_label("Chicken")).to_be_checked()
    expect(page.get_by_label("Batch identifier")).to_have_value("MINE-1")
    expect(page.get_by_label("Butcher date", exact=True)).to_have_value("2026-11-20")
    expect(page.get_by_label("Arrival date", exact=True)).to_have_value("2026-11-21")
    expect(page.get_by_label("Use-by date")).to_have_value("2026-12-01")
    expect(page.get_by_label("Supplier (optional)")).to_have_value("Ömer <b>& Sons</b>")
    expect(page.get_by_label("Supplier's lot")).to_have_value("10.12.2026")
    assert not Batch.objects.exists()
    page.reload()
    expect(page.get_by_label("Supplier's lot")).to_have_value("10.12.2026")
    press(page, "Put on the shelf")
    expect(page.get_by_text("Batch MINE-1 is on the shelf.")).to_be_visible()
    assert "MINE-1" not in stored(page)
    page.goto("/admin/batches/new")
    expect(page.get_by_label("Supplier (optional)")).to_have_value("")
    expect(page.get_by_text(BACK)).to_have_count(0)


def test_a_second_expiry_loses_nothing_either(page: Page, staff: User) -> None:
    type_a_batch(page)
    for supplier in ("First", "Second"):
        page.get_by_label("Supplier (optional)").fill(supplier)
        expire_sessions()
        press(page, "Put on the shelf")
        sign_in_again(page, staff)
        expect(page.get_by_label("Supplier (optional)")).to_have_value(supplier)


def test_a_change_is_compared_with_what_somebody_else_saved_meanwhile(
    page: Page, staff: User, make_batch: MakeBatch, make_user: MakeUser
) -> None:
    batch = make_batch(supplier="Old", supplier_lot="L-1")
    page.goto(f"/admin/batches/{batch.pk}/edit")
    page.get_by_label("Supplier (optional)").fill("Mine")
    expire_sessions()
    other = make_user("other@example.com", full_name="Otto Other")
    Batch.objects.filter(pk=batch.pk).change(other, supplier="Theirs", supplier_lot="L-2")
    press(page, "Save changes")
    sign_in_again(page, staff)
    press(page, "Save changes")
    expect(page.get_by_text("Otto Other changed this batch")).to_be_visible()
    expect(page.get_by_label("Supplier (optional)")).to_have_value("Mine")
    expect(page.get_by_label("Supplier's lot")).to_have_value("L-2")
    batch.refresh_from_db()
    assert (batch.supplier, batch.supplier_lot) == ("Theirs", "L-2")


def test_what_was_typed_about_a_batch_that_is_deleted_can_be_read(
    page: Page, staff: User, make_batch: MakeBatch
) -> None:
    batch = make_batch()
    page.goto(f"/admin/batches/{batch.pk}/edit")
    page.get_by_label("Supplier (optional)").fill("Mine")
    expire_sessions()
    Batch.objects.get(pk=batch.pk).delete()
    press(page, "Save changes")
    fill_sign_in(page, staff)
    expect(page.get_by_text("its form is not here any more")).to_be_visible()
    expect(page.get_by_text("Supplier (optional): Mine")).to_be_visible()


def test_another_account_finds_nothing(page: Page, make_user: MakeUser) -> None:
    type_a_batch(page)
    expire_sessions()
    press(page, "Put on the shelf")
    fill_sign_in(page, make_user("other@example.com"))
    expect(page.get_by_role("heading", name="Add batch")).to_be_visible()
    expect(page.get_by_label("Supplier (optional)")).to_have_value("")
    expect(page.get_by_text(BACK)).to_have_count(0)
    assert "MINE-1" not in stored(page)


@pytest.mark.parametrize(
    ("path", "button"), [("/admin", "Sign out"), ("/django-admin/", "Log out")]
)
def test_signing_out_forgets_it_in_every_tab(
    page: Page, administrator: User, path: str, button: str
) -> None:
    type_a_batch(page)
    expire_sessions()
    press(page, "Put on the shelf")
    expect(page.get_by_text("so nothing was saved")).to_be_visible()
    other_tab = page.context.new_page()
    sign_in(other_tab, administrator)
    other_tab.goto(path)
    assert "MINE-1" in stored(page)
    other_tab.get_by_role("button", name=button).click()
    expect(other_tab.get_by_role("link", name="Sign in").first).to_be_visible()
    assert "MINE-1" not in stored(page)


def test_it_is_back_too_where_somebody_signs_in_in_another_tab(page: Page, staff: User) -> None:
    type_a_batch(page)
    expire_sessions()
    press(page, "Put on the shelf")
    expect(page.get_by_text("so nothing was saved")).to_be_visible()
    sign_in(page.context.new_page(), staff)
    page.reload()
    expect(page.get_by_text("so this is not saved yet")).to_be_visible()
    expect(page.get_by_label("Batch identifier")).to_have_value("MINE-1")


def test_it_is_back_after_a_second_factor_and_a_wrong_password(page: Page, staff: User) -> None:
    second_factor.offer(staff)
    device = TOTPDevice.objects.get(user=staff)
    device.confirmed = True
    device.save()
    type_a_batch(page)
    expire_sessions()
    press(page, "Put on the shelf")
    page.get_by_label("E-mail").fill(staff.email)
    page.get_by_label("Password").fill("wrong")
    press(page, "Sign in")
    expect(page.get_by_text("open no account").first).to_be_visible()
    fill_sign_in(page, staff)
    page.get_by_label("Code").fill(f"{totp(device.bin_key):06}")
    assert "MINE-1" in stored(page)
    press(page, "Sign in")
    expect(page.get_by_text("so this is not saved yet")).to_be_visible()
    expect(page.get_by_label("Batch identifier")).to_have_value("MINE-1")


def test_after_some_hours_it_is_forgotten(page: Page, staff: User) -> None:
    type_a_batch(page)
    expire_sessions()
    press(page, "Put on the shelf")
    expect(page.get_by_text("so nothing was saved")).to_be_visible()
    page.clock.install()
    page.reload()
    page.clock.fast_forward("03:59:00")
    assert "MINE-1" in stored(page)
    page.clock.fast_forward("00:02:00")
    assert "MINE-1" not in stored(page)
    fill_sign_in(page, staff)
    expect(page.get_by_role("heading", name="Add batch")).to_be_visible()
    expect(page.get_by_text(BACK)).to_have_count(0)


def test_no_password_and_no_token_is_kept(page: Page, staff: User) -> None:
    page.goto("/profile")
    form = page.locator("[data-keep=email]")
    form.get_by_label("E-mail").fill("new@example.com")
    form.get_by_label("Your password").fill(PASSWORD)
    token = form.locator("[name=csrfmiddlewaretoken]").get_attribute("value") or ""
    expire_sessions()
    press(page, "Save e-mail")
    kept = stored(page)
    assert "new@example.com" in kept
    assert PASSWORD not in kept
    assert token
    assert token not in kept
    sign_in_again(page, staff)
    expect(page.get_by_text("Files and passwords are not kept")).to_be_visible()
    expect(form.get_by_label("E-mail")).to_have_value("new@example.com")
    expect(form.get_by_label("Your password")).to_have_value("")
    expect(page.locator("[data-keep=name]").get_by_label("Full name")).to_have_value("Ayşe Yılmaz")


@pytest.mark.parametrize("path", ["/login", "/register", "/reset-password"])
def test_nothing_is_kept_of_who_signs_in(new_page: NewPage, staff: User, path: str) -> None:
    page = new_page()
    page.goto(path)
    for box in page.locator("main input:visible").all():
        box.fill("typed@example.com")
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert "typed" not in stored(page)


def test_a_removal_is_back_with_its_batches_after_it_was_refused_once(
    page: Page, staff: User, make_batch: MakeBatch
) -> None:
    one, other = make_batch(), make_batch()
    page.goto(f"/admin/batches/remove?batch={one.pk}&batch={other.pk}")
    page.get_by_label("Weight in kg").first.fill("heavy")
    page.get_by_label("Why it is discarded").fill("Fell down")
    press(page, "Take 2 batches off the shelf")
    expect(page.get_by_role("alert")).to_contain_text("Write a number")
    page.get_by_label("Weight in kg").first.fill("1.5")
    expire_sessions()
    press(page, "Take 2 batches off the shelf")
    sign_in_again(page, staff)
    expect(page.get_by_label("Why it is discarded")).to_have_value("Fell down")
    expect(page.get_by_label("Weight in kg").first).to_have_value("1.5")
    assert Batch.objects.filter(removed_on=None).count() == 2
    press(page, "Take 2 batches off the shelf")
    expect(page.get_by_text("2 batches are off the shelf.")).to_be_visible()
    expect(page.get_by_text(MAY_NOT_BE_SAVED)).to_have_count(0)


def test_the_reason_of_a_recall_is_back_and_warns_of_what_matches_now(
    page: Page, staff: User, make_batch: MakeBatch
) -> None:
    make_batch(supplier="Hill Farm")
    page.goto("/admin/recalls/new?supplier=Hill+Farm")
    page.get_by_label("Reason for the recall").fill("Glass")
    expire_sessions()
    make_batch(supplier="Hill Farm")
    press(page, "Recall 1 batch")
    sign_in_again(page, staff)
    expect(page.get_by_label("Reason for the recall")).to_have_value("Glass")
    press(page, "Recall 2 batches")
    expect(page.get_by_text("Other batches match now than you were shown.")).to_be_visible()
    assert not Recall.objects.exists()


def test_a_release_is_back_on_the_page_of_its_recall(
    new_page: NewPage, administrator: User, make_batch: MakeBatch
) -> None:
    batch = make_batch(recalled_at=timezone.now(), recall_reason="Glass")
    recall = Recall.objects.create(reason="Glass", recalled_by=administrator, asked_for="{}")
    RecalledBatch.from_batch(recall, batch, 0).save()
    page = new_page()
    sign_in(page, administrator)
    page.goto(f"/admin/recalls/{recall.pk}")
    press(page, "Release the ticked batches")
    expect(page.get_by_role("alert")).to_contain_text("Write why the recall ends.")
    page.locator(".tick").click()
    page.get_by_label("Reason for the release").fill("A mistake")
    expire_sessions()
    press(page, "Release the ticked batches")
    sign_in_again(page, administrator)
    expect(page).to_have_url(re.compile(f"/admin/recalls/{recall.pk}$"))
    expect(page.get_by_label("Reason for the release")).to_have_value("A mistake")
    expect(page.locator(".tick input")).to_be_checked()


def test_stock_and_choices_of_labels_are_back(
    page: Page, staff: User, make_batch: MakeBatch, settings: Any
) -> None:
    page.goto("/admin/labels/stock/new")
    page.locator("[name=name]").fill("Own stock")
    expire_sessions()
    press(page, "Keep this stock")
    sign_in_again(page, staff)
    expect(page.locator("[name=name]")).to_have_value("Own stock")
    assert not OwnStock.objects.exists()
    press(page, "Forget what was typed")
    settings.PUBLIC_URL = "https://fresh.example.com"
    page.goto(f"/admin/labels?batch={make_batch().pk}")
    page.get_by_label("Copies of each label").fill("7")
    expire_sessions()
    page.locator("button[value=print]").click()
    sign_in_again(page, staff)
    expect(page.get_by_label("Copies of each label")).to_have_value("7")


def test_the_answers_about_a_file_are_back(
    new_page: NewPage, administrator: User, make_batch: MakeBatch
) -> None:
    batch = make_batch(supplier="Hill Farm", supplier_lot="L-1")
    Recall.begin([batch.pk], "Glass", administrator)
    rows = (
        "product,batch_identifier,butcher_date,arrival_date,supplier,supplier_lot\n"
        "Chicken,A-1,03/11/2026,04/11/2026,Hill Farm,L-1\n"
    )
    file = {"name": "b.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page = new_page()
    sign_in(page, administrator)
    page.goto("/admin/import")
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    press(page, "Check the file")
    page.get_by_label("Day first").check()
    expire_sessions()
    press(page, "Read the dates this way")
    sign_in_again(page, administrator)
    expect(page.get_by_label("Day first")).to_be_checked()
    press(page, "Read the dates this way")
    page.get_by_label("Reason for selling all the same").fill("Found clean")
    expire_sessions()
    press(page, "Save, and put them on the shelf all the same")
    sign_in_again(page, administrator)
    expect(page.get_by_label("Reason for selling all the same")).to_have_value("Found clean")
    assert Batch.objects.count() == 1
    press(page, "Save, and put them on the shelf all the same")
    expect(page.get_by_text("1 row is saved.")).to_be_visible()
    expect(page.get_by_text(BACK)).to_have_count(0)
    assert "Found clean" not in stored(page)


def test_a_file_has_to_be_chosen_again(page: Page, staff: User) -> None:
    page.goto("/admin/import")
    file = {"name": "b.csv", "mimeType": "text/csv", "buffer": b"product\nSecret beef\n"}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    expire_sessions()
    press(page, "Check the file")
    assert "Secret" not in stored(page)
    sign_in_again(page, staff)
    expect(page.get_by_text("Files and passwords are not kept")).to_be_visible()


def test_a_button_without_a_form_leads_back_to_its_page_and_does_nothing(
    page: Page, staff: User, make_batch: MakeBatch
) -> None:
    batch = make_batch(days_on_shelf=3)
    page.goto("/admin")
    expire_sessions()
    press(page, f"Sold out {batch}")
    fill_sign_in(page, staff)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert Batch.objects.filter(removed_on=None).count() == 1


def no_answer(route: Route) -> None:
    route.abort()


def busy(route: Route) -> None:
    route.fulfill(status=503, body="<h1>Busy</h1>", content_type="text/html")


@pytest.mark.parametrize("failing", [no_answer, busy])
def test_an_answer_that_never_comes_loses_nothing(page: Page, failing: Any) -> None:
    type_a_batch(page)
    page.route("**/admin/batches/new", failing)
    press(page, "Put on the shelf")
    page.wait_for_timeout(500)
    page.unroute("**/admin/batches/new")
    page.goto("/admin")
    expect(page.get_by_text(MAY_NOT_BE_SAVED)).to_be_visible()
    page.get_by_role("link", name="Back to the form").click()
    expect(page.get_by_text("It may not be saved yet")).to_be_visible()
    expect(page.get_by_label("Supplier's lot")).to_have_value("10.12.2026")
    press(page, "Put on the shelf")
    expect(page.get_by_text("Batch MINE-1 is on the shelf.")).to_be_visible()
    expect(page.get_by_text(MAY_NOT_BE_SAVED)).to_have_count(0)


def test_a_refused_token_loses_nothing(page: Page) -> None:
    type_a_batch(page)
    page.context.clear_cookies(name="csrftoken")
    press(page, "Put on the shelf")
    expect(page.get_by_role("heading", name="Nothing was saved")).to_be_visible()
    page.get_by_role("link", name="Back to the form").click()
    expect(page.get_by_label("Supplier's lot")).to_have_value("10.12.2026")


@pytest.mark.parametrize("way", ["Forget what was typed", "Leave without saving"])
def test_what_was_typed_can_be_thrown_away(page: Page, staff: User, way: str) -> None:
    type_a_batch(page)
    expire_sessions()
    press(page, "Put on the shelf")
    sign_in_again(page, staff)
    page.get_by_text(way).click()
    page.wait_for_load_state()
    expect(page.get_by_text(BACK)).to_have_count(0)
    assert "MINE-1" not in stored(page)
    page.goto("/admin/batches/new")
    expect(page.get_by_label("Supplier (optional)")).to_have_value("")


@pytest.mark.parametrize(
    "forbidden",
    [
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })",
        "Storage.prototype.setItem = () => { throw new Error('full') }",
        "sessionStorage.setItem('unsaved-forms', '{\"sent\": 1}')",
        "delete window.BroadcastChannel",
    ],
)
def test_a_browser_that_keeps_nothing_saves_all_the_same(page: Page, forbidden: str) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(forbidden)
    type_a_batch(page)
    press(page, "Put on the shelf")
    expect(page.get_by_text("Batch MINE-1 is on the shelf.")).to_be_visible()
    assert complaints == []
