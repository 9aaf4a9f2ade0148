import io
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from conftest import MakeBatch
from freshness.wsgi import application

MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\n+2AA-@example.com\r\n--b--\r\n'
)


def ask(path: str, query: str = "", **environ: Any) -> tuple[str, str]:
    """The status and page with which the program as a whole answers."""
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "testserver"} | environ
    setup_testing_defaults(environ)
    statuses: list[str] = []
    body = application(environ, lambda status, headers: statuses.append(status))
    return statuses[0], b"".join(body).decode()


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "utf-7", "latin1", "idna", "undefined", "nonsense", '"utf-16"']
)
def test_a_request_is_read_as_utf_8_whatever_it_says(make_batch: MakeBatch, charset: str) -> None:
    text = f"text/plain; charset={charset}"
    assert ask("/", "code=%41%FF", CONTENT_TYPE=text)[0] == "422 Unprocessable Entity"
    assert ask(f"/batch/{make_batch().pk}", "x=%41", CONTENT_TYPE=text)[0] == "200 OK"
    form = {"CONTENT_TYPE": f"multipart/form-data; boundary=b; charset={charset}"}
    form |= {"wsgi.input": io.BytesIO(MULTIPART), "CONTENT_LENGTH": f"{len(MULTIPART)}"}
    assert ask("/login", REQUEST_METHOD="POST", **form)[0] == "403 Forbidden"  # no CSRF token


def test_text_in_other_letters_arrives(db: None) -> None:
    _status, page = ask("/", "code=%C5%9Feker", CONTENT_TYPE="text/plain; charset=latin1")
    assert 'value="şeker"' in page


@pytest.mark.parametrize("path", ["/", "/admin", "/batch/x", "/nothing"])
def test_a_cookie_with_a_nul_is_refused(db: None, path: str) -> None:
    response = Client().get(path, headers={"cookie": r'sessionid="abcdefgh\000ijk"'})
    assert response.status_code == 400
