from typing import Any

import pytest
from django.test import Client

from conftest import words
from freshness.http.middleware import read_as_utf8


@pytest.mark.parametrize(
    ("content_type", "read"),
    [
        ("text/plain; charset=rot13", "text/plain"),
        ('text/plain;CHARSET = "utf-16"', "text/plain"),
        ("text/html; x*=bogus''a; charset*=idna''a%ff", "text/html"),
        ('multipart/form-data; x=";" ;BOUNDARY="a;b"', 'multipart/form-data; boundary="a;b"'),
        ("multipart/form-data; charset=utf-7; boundary=b", "multipart/form-data; boundary=b"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("", ""),
    ],
)
def test_no_request_chooses_how_it_is_read(content_type: str, read: str) -> None:
    def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [environ["CONTENT_TYPE"].encode()]

    assert read_as_utf8(echo)({"CONTENT_TYPE": content_type}, print) == [read.encode()]


@pytest.mark.parametrize("path", ["/login", "/admin/labels", "/nothing", "/static/css/base.css"])
@pytest.mark.parametrize("content", ["multipart/form-data; boundary=b", "text/plain"])
def test_a_body_larger_than_any_form_is_refused(
    staff_client: Client, settings: Any, path: str, content: str
) -> None:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = staff_client.post(path, b"x" * (most + 1), content_type=content)
    assert response.status_code == 413
    assert "We take up to 2.5 MB. Go back, and send less." in words(response.content)
    assert staff_client.post(path, b"x" * most, content_type=content).status_code != 413


@pytest.mark.parametrize("length", ["x", "-1", "1x", "１", "9" * 5000])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_length_that_is_none_is_refused(db: None, method: str, length: str) -> None:
    response = Client().generic(method, "/login", b"x=1", CONTENT_LENGTH=length)
    assert response.status_code in {400, 413}


def test_an_empty_length_is_no_fault(db: None) -> None:
    assert Client().get("/", CONTENT_LENGTH="").status_code == 200


@pytest.mark.parametrize("path", ["/", "/admin", "/nothing"])
def test_a_cookie_with_a_nul_is_refused(db: None, path: str) -> None:
    response = Client().get(path, headers={"cookie": r'sessionid="abcdefgh\000ijk"'})
    assert response.status_code == 400
