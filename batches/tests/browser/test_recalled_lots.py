from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from batches.models import Batch, Recall
from conftest import PASSWORD, MakeBatch, MakeUser, NewPage

from .conftest import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def glass(make_batch: MakeBatch, staff: User) -> Recall:
    batch = make_batch(batch_identifier="old", supplier="Hill Farm", supplier_lot="L-1")
    return Recall.begin([batch.pk], "Glass", staff)


def type_batch(page: Any, identifier: str) -> None:
    page.goto("/admin/batches/new")
    page.get_by_text("Chicken").click()
    page.get_by_label("Batch identifier").fill(identifier)
    page.get_by_label("Butcher date", exact=True).fill(f"{timezone.localdate()}")
    page.get_by_label("Supplier (optional)").fill("hill farm")
    page.get_by_label("Supplier's lot").fill("L-1")
    page.get_by_role("button", name="Put on the shelf").click()
    expect(page.get_by_text("The supplier's lot L-1 is recalled: Glass")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_only_a_button_answers_and_enter_asks_again(
    new_page: NewPage, staff: User, glass: Recall, scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts)
    sign_in(page, staff)
    type_batch(page, "A-1")
    with page.expect_navigation():
        page.get_by_label("Supplier's lot").press("Enter")
    expect(page.get_by_text("The supplier's lot L-1 is recalled: Glass")).to_be_visible()
    assert Batch.objects.count() == 1
    page.get_by_role("button", name="Save as recalled").click()
    expect(page.get_by_text("Batch A-1 is saved as recalled: Glass")).to_be_visible()


def test_enter_in_the_reason_does_not_save_as_recalled(
    new_page: NewPage, make_user: MakeUser, glass: Recall
) -> None:
    page = new_page()
    sign_in(page, make_user("owner@example.com", is_superuser=True))
    type_batch(page, "A-1")
    page.get_by_label("Reason for selling all the same").fill("Found clean")
    with page.expect_navigation():
        page.get_by_label("Reason for selling all the same").press("Enter")
    assert Batch.objects.count() == 1
    expect(page.get_by_label("Reason for selling all the same")).to_have_value("Found clean")
    page.get_by_role("button", name="Put on the shelf all the same").click()
    expect(page.get_by_text("Batch A-1 is on the shelf.")).to_be_visible()


def test_a_reason_is_back_after_signing_in_when_the_question_is_asked_again(
    new_page: NewPage, administrator: User, glass: Recall
) -> None:
    page = new_page()
    sign_in(page, administrator)
    type_batch(page, "A-1")
    page.get_by_label("Reason for selling all the same").fill("Found clean")
    Session.objects.all().delete()
    page.get_by_role("button", name="Put on the shelf all the same").click()
    page.get_by_label("E-mail").fill(administrator.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("so this is not saved yet")).to_be_visible()
    page.get_by_role("button", name="Put on the shelf").click()
    expect(page.get_by_label("Reason for selling all the same")).to_have_value("Found clean")
    assert Batch.objects.count() == 1


def test_a_reason_survives_a_lot_that_is_corrected_and_put_back(
    new_page: NewPage, administrator: User, glass: Recall
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, administrator)
    type_batch(page, "A-1")
    page.get_by_label("Reason for selling all the same").fill("Found clean")
    page.get_by_label("Supplier's lot").fill("L-2")
    page.get_by_role("button", name="Put on the shelf all the same").click()
    expect(page.get_by_text("does not fit what is typed now")).to_be_visible()
    page.get_by_label("Supplier's lot").fill("L-1")
    page.get_by_role("button", name="Put on the shelf").click()
    expect(page.get_by_label("Reason for selling all the same")).to_have_value("Found clean")
