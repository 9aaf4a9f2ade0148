import re
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from batches.models import Batch
from batches.report import views
from conftest import PASSWORD, MakeBatch, words
from freshness.http.error_views import bad_request, server_error

INSIDE = ["Traceback", "django", "settings", str(settings.BASE_DIR), "Exception", "DEBUG", "sqlite"]


def assert_it_tells_nothing_of_the_inside(html: bytes) -> None:
    for word in INSIDE:
        assert word not in html.decode()


def test_an_unknown_page(db: None) -> None:
    response = Client().get("/nothing/here")
    assert response.status_code == 404
    assert "There is no such page" in words(response.content)
    assert "Go to the start page" in words(response.content)
    assert_it_tells_nothing_of_the_inside(response.content)


@pytest.mark.parametrize("host", ["evil.example", "shop.example.com.evil.example", "a b", "@"])
def test_a_host_that_is_not_ours(host: str) -> None:
    response = Client().get("/", headers={"host": host})
    assert response.status_code == 400
    assert "This request could not be read" in words(response.content)
    assert host not in words(response.content)
    assert_it_tells_nothing_of_the_inside(response.content)


@pytest.mark.parametrize("path", ["/login", "/register", "/logout"])
def test_a_form_without_its_token_saves_nothing(db: None, path: str) -> None:
    data = {"username": "ayse@example.com", "password": PASSWORD}
    response = Client(enforce_csrf_checks=True).post(path, data)
    assert response.status_code == 403
    assert "Nothing was saved" in words(response.content)
    assert "send it once more" in words(response.content)
    assert_it_tells_nothing_of_the_inside(response.content)


def test_a_fault_of_ours(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def broken(name: str) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(views, "read_code", broken)
    response = Client(raise_request_exception=False).get("/batch/7K3QF9XM2A")
    assert response.status_code == 500
    assert "Something went wrong" in words(response.content)
    assert "try again in a minute" in words(response.content)
    assert "secret detail" not in response.content.decode()
    assert_it_tells_nothing_of_the_inside(response.content)


@pytest.mark.parametrize("page", [server_error, partial(bad_request, exception=Exception())])
def test_the_pages_of_faults_need_neither_a_session_nor_a_database(page: Any) -> None:
    """There is no database in this test, and no middleware has been near the request."""
    response = page(RequestFactory().get("/"))
    assert response.status_code in {400, 500}
    assert "Corner Butcher" in words(response.content)


@pytest.mark.parametrize("path", ["/admin/batches", "/batch/0000000000"])
@pytest.mark.parametrize("said", ["database is locked", "deadlock detected\nDETAIL: …"])
@pytest.mark.django_db(transaction=True)
def test_where_others_write_for_too_long_it_can_be_sent_again(
    transactional_db: None, staff_client: Client, said: str, path: str
) -> None:
    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "batches_batch" in sql:
            raise OperationalError(said)
        return execute(sql, params, many, context)

    staff_client.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        response = staff_client.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Somebody is saving a lot right now" in words(response.content)
    assert "Please try again in a few seconds." in words(response.content)


@pytest.mark.parametrize("path", ["edit", "delete", "recall"])
@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_opened_waits_for_nobody(
    transactional_db: None, staff_client: Client, make_batch: MakeBatch, path: str
) -> None:
    batch = make_batch()
    with CaptureQueriesContext(connection) as asked:
        assert staff_client.get(f"/admin/batches/{batch.pk}/{path}").status_code == 200
    assert not [
        query
        for query in asked.captured_queries
        if "BEGIN" in query["sql"] or "FOR UP" in query["sql"]
    ]


def test_the_address_of_a_button_says_that_it_is_no_page(staff_client: Client) -> None:
    response = staff_client.get("/admin/batches/put-back")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "This is the address of a button, not of a page." in words(response.content)


def refused(table: str) -> Any:
    """While it lasts, what is asked of this table is refused, as by a database that is gone."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if table in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


@pytest.mark.parametrize("table", ["accounts_user", "batches_batch", 'UPDATE "django_session'])
def test_what_is_typed_while_the_database_is_gone_can_be_sent_again(
    staff_client: Client, table: str
) -> None:
    """Wherever it fails: before the form is read, while it is saved, or while that is told."""
    staff_client.raise_request_exception = False
    dates = dict.fromkeys(["butcher_date", "arrival_date"], "2026-11-22")
    data = {"product": "1", "batch_identifier": "typed"} | dates
    with refused(table):
        response = staff_client.post("/admin/batches/new", data)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "Nothing can be saved right now" in words(response.content)
    assert "is on the shelf" not in words(response.content)
    fields = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()
    )
    assert dict(fields) == data
    assert_it_tells_nothing_of_the_inside(response.content)


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_is_never_told_as_done(
    transactional_db: None,
    staff_client: Client,
    make_batch: MakeBatch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not on a later page either: the next commit, which keeps the session, would succeed."""
    batch = make_batch()
    data = {"product": batch.product_id, "batch_identifier": "other"}
    data |= dict.fromkeys(["butcher_date", "arrival_date"], "2026-11-22")
    commit = connection.commit
    failures = [OperationalError("server closed the connection unexpectedly")]

    def fail_once() -> None:
        if failures:
            raise failures.pop()
        commit()

    staff_client.raise_request_exception = False
    monkeypatch.setattr(connection, "commit", fail_once)
    pages = [
        staff_client.post(f"/admin/batches/{batch.pk}/edit", data),
        staff_client.get("/admin"),
    ]
    assert [page.status_code for page in pages] == [503, 200]
    assert not [page for page in pages if "is changed" in words(page.content)]
    assert Batch.objects.get().batch_identifier == batch.batch_identifier


def test_nor_where_the_fault_is_ours(
    staff_client: Client, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*where: Any) -> None:
        raise RuntimeError

    batch = make_batch()
    data = {"product": batch.product_id, "batch_identifier": "other"}
    data |= dict.fromkeys(["butcher_date", "arrival_date"], "2026-11-22")
    staff_client.raise_request_exception = False
    monkeypatch.setattr("batches.register.views.redirect", broken)
    response = staff_client.post(f"/admin/batches/{batch.pk}/edit", data)
    assert (response.status_code, "is changed" in words(response.content)) == (500, False)


def test_a_password_is_not_written_into_the_page(db: None) -> None:
    client = Client(raise_request_exception=False)
    with refused("accounts_user"):
        response = client.post("/login", {"username": "ayse@example.com", "password": PASSWORD})
    assert response.status_code == 503
    assert PASSWORD not in response.content.decode()
    assert "reload this page: it sends once more what you typed" in words(response.content)


def test_a_customer_is_told_of_the_date_on_the_pack(db: None) -> None:
    with refused("batches_batch"):
        response = Client(raise_request_exception=False).get("/batch/7K3QF9XM2A")
    assert response.status_code == 503
    assert "Until then, ask at the counter; the date on the pack counts." in words(response.content)


def test_a_wrong_question_is_a_fault_of_ours(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> str:
        connection.cursor().execute("SELECT nothing FROM nowhere")
        return text

    monkeypatch.setattr(views, "read_code", broken)
    response = Client(raise_request_exception=False).get("/batch/7K3QF9XM2A")
    assert response.status_code == 500
