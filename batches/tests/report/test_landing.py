import pytest
from django.test import Client

from conftest import MakeBatch


def test_anybody_finds_a_report_by_the_code_on_the_label(make_batch: MakeBatch) -> None:
    batch = make_batch()
    response = Client().get("/", {"code": f" {batch.spelled_code().lower()} "})
    assert response.status_code == 302
    assert response["Location"] == f"/batch/{batch.pk}"


@pytest.mark.parametrize("code", ["", "<b>chicken</b>", "\x00", "x" * 5000])
def test_a_code_that_cannot_be_one_is_explained_and_kept(db: None, code: str) -> None:
    response = Client().get("/", {"code": code})
    assert response.status_code == 422
    assert "<title>Error: " in response.content.decode()
    assert "<b>chicken" not in response.content.decode()
    if code.startswith("<"):
        assert 'value="&lt;b&gt;chicken&lt;/b&gt;"' in response.content.decode()


def test_a_visitor_may_sign_in_or_register_and_gets_no_cookie(db: None) -> None:
    response = Client().get("/")
    assert response.status_code == 200
    assert 'href="/login"' in response.content.decode()
    assert 'href="/register"' in response.content.decode()
    assert not response.cookies


def test_staff_are_led_to_their_batches(staff_client: Client) -> None:
    html = staff_client.get("/").content.decode()
    assert 'href="/admin"' in html
    assert 'href="/register"' not in html
