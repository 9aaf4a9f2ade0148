"""Whatever is sent, and wherever to: a stranger is answered, and nobody is called."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler

from accounts.models import User
from conftest import MakeBatch, words
from freshness.http.middleware import read_as_utf8

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
TOKEN = "t" * 32  # a CSRF secret: in the cookie and, unmasked, in the form or the header
TOKEN_PART = f'--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}\r\n'
END = "--b--\r\n"


class HungUp(io.RawIOBase):
    """The body of a client that is gone before all of it has come."""

    def __init__(self, beginning: bytes) -> None:
        self.rest = io.BytesIO(beginning)

    def read(self, size: int = -1, /) -> bytes:
        if chunk := self.rest.read(size):
            return chunk
        raise OSError("Client disconnected")

    def readline(self, size: int | None = -1, /) -> bytes:
        return self.read(size or -1)


@dataclass(frozen=True)
class Body:
    content: bytes = b""
    content_type: str | None = MULTIPART
    length: str | None = None  # what is claimed, where that is not so
    is_cut: bool = False


def part(disposition: str, content: str = "x", *headers: str) -> str:
    head = "\r\n".join([f"Content-Disposition: form-data; {disposition}", *headers])
    return f"--b\r\n{head}\r\n\r\n{content}\r\n"


def parts(*some: str) -> Body:
    return Body("".join([TOKEN_PART, *some, END]).encode())


def form(content: str | bytes) -> Body:
    content = content if isinstance(content, bytes) else content.encode()
    return Body(f"csrfmiddlewaretoken={TOKEN}&".encode() + content, FORM)


NAME = 'name="x"'
FILE = 'name="file"; filename="a.csv"'
BASE64 = "Content-Transfer-Encoding: base64"
WHOLE = "".join([TOKEN_PART, part(NAME), END]).encode()
BODIES = {
    "no boundary": Body(WHOLE, "multipart/form-data"),
    "empty boundary": Body(WHOLE, "multipart/form-data; boundary="),
    "boundary of quotes": Body(WHOLE, 'multipart/form-data; boundary="'),
    "boundary too long": Body(WHOLE, f"multipart/form-data; boundary={'b' * 201}"),
    "boundary with a space at its end": Body(WHOLE, 'multipart/form-data; boundary="b "'),
    "boundary that is no ASCII": Body(WHOLE, "multipart/form-data; boundary=\xe9"),
    "boundary by RFC 2231": Body(WHOLE, "multipart/form-data; boundary*=utf-8''b"),
    "boundary twice": Body(WHOLE, "multipart/form-data; boundary=a; boundary=b"),
    "another boundary": Body(WHOLE, "multipart/form-data; boundary=a"),
    "another multipart": Body(WHOLE, "multipart/mixed; boundary=b"),
    "capitals": Body(WHOLE, "Multipart/Form-Data; Boundary=b"),
    "unknown charset": Body(WHOLE, "multipart/form-data; charset=klingon; boundary=b"),
    "charset that is no text": Body(WHOLE, f"{FORM}; charset=rot13"),
    "charset of two bytes": Body(b"x=1", f"{FORM}; charset=utf-16"),
    "charset by RFC 2231": Body(WHOLE, "multipart/form-data; charset*=idna''a%ff; boundary=b"),
    "no content type": Body(WHOLE, None),
    "empty content type": Body(WHOLE, ""),
    "content type of semicolons": Body(WHOLE, ";;;"),
    "JSON": Body(b'{"x": [', "application/json"),
    "truncated": Body(WHOLE[: len(WHOLE) - 20]),
    "truncated in a file": Body((TOKEN_PART + part(FILE, "y" * 99)).encode()[:-30]),
    "truncated in a header": Body(b"--b\r\nContent-Disposition: form-da"),
    "nothing": Body(),
    "only the end": Body(END.encode()),
    "noise": Body(bytes(range(256)) * 20),
    "headers too large": parts(part(NAME, "x", f"X-Long: {'y' * 5000}")),
    "many headers": parts(part(NAME, "x", *["X: y"] * 300)),
    "no name": parts(part("")),
    "empty name": parts(part('name=""')),
    "name by RFC 2231": parts(part("name*=utf-8''x%ff")),
    "unknown charset of a name": parts(part("name*=klingon''%41")),
    "charset of a name that is no text": parts(part("name*=hex''%41")),
    "file name by RFC 2231": parts(part("name=\"file\"; filename*=utf-8''a%FF.csv")),
    "unknown charset of a file name": parts(part("name=\"file\"; filename*=klingon''%41.csv")),
    "charset of a file name that is no text": parts(part("name=\"file\"; filename*=rot13''%41")),
    "charset of a file name that never is": parts(part("name=\"file\"; filename*=undefined''%41")),
    "unknown charset in another header": parts(part(NAME, "x", "X-Y: a; b*=klingon''%41")),
    "file name with half of RFC 2231": parts(part('name="file"; filename*="a"')),
    "file name of dots": parts(part('name="file"; filename=".."')),
    "file name with a NUL": parts(part('name="file"; filename="a\0.csv"')),
    "long file name": parts(part(f'name="file"; filename="{"a" * 700}.csv"')),
    "file of an unknown charset": parts(part(FILE, "x", "Content-Type: text/csv; charset=a'b")),
    "file of an odd length": parts(part(FILE, "x", "Content-Length: -5")),
    "base64 broken in a field": parts(part(NAME, "a", BASE64)),
    "base64 broken in a file": parts(part(FILE, "abcde", BASE64)),
    "base64 of no ASCII in a file": parts(part(FILE, "ü" * 8, BASE64)),
    "unknown transfer encoding": parts(part(NAME, "x", "Content-Transfer-Encoding: klingon")),
    "too many fields": parts(*[part(f'name="x{number}"') for number in range(1100)]),
    "too many files": parts(*[part(f'name="f{number}"; filename="a"') for number in range(150)]),
    "many files of one name": parts(*[part(FILE)] * 90),
    "huge field": parts(part(NAME, "y" * 2_500_000)),
    "field too huge": Body(parts(part(NAME, "y" * 2_800_000)).content, length="100000"),
    "too long": parts(part(NAME, "y" * 2_800_000)),
    "not UTF-8": Body(WHOLE.replace(b"x\r\n--b--", b"\xff\xfe\r\n--b--")),
    "NUL in a field": parts(part(NAME, "a\0b"), part('name="batch"', "a\0b")),
    "NUL in a name": parts(part('name="a\0b"')),
    "length too short": Body(WHOLE, length="30"),
    "length too long": Body(WHOLE, length=f"{len(WHOLE) + 1000}"),
    "length below zero": Body(WHOLE, length="-1"),
    "length that is none": Body(WHOLE, length="x"),
    "length in other digits": Body(WHOLE, length="１"),
    "length of a form below zero": Body(b"x=1", FORM, length="-1"),
    "length of a form that is none": Body(b"x=1", FORM, length="x"),
    "form: too many fields": form("&".join(f"x{number}=1" for number in range(1100))),
    "form: huge field": form("x=" + "y" * 2_500_000),
    "form: too long": form("x=" + "y" * 2_800_000),
    "form: not UTF-8": form(b"\xff=\xfe&x=%FF%FE"),
    "form: NUL": form("x%00=%00&batch=%00&next=%00&username=%00&password=%00&product=%00"),
    "form: lone surrogate": form("x=%ED%A0%80&batch_identifier=%ED%A0%80&username=%ED%A0%80"),
    "form: numbers without end": form(f"product={'9' * 5000}&version={'9' * 5000}&copies=1e999"),
    "form: no numbers": form("product=١&version=²&next_page=-1&labels=²"),
    "hung up": Body(b"", length="500", is_cut=True),
    "hung up in a field": Body(WHOLE[:-20], length="500", is_cut=True),
    "hung up in a form": Body(b"x=", FORM, length="500", is_cut=True),
}
PATHS = [
    *("/nosuch", "/static/x", "/", "/batch/ABC", "/healthz", "/readyz"),
    *("/login", "/login/code", "/register", "/logout", "/reset-password", "/profile"),
    *("/admin", "/admin/nosuch", "/admin/batches", "/admin/batches/new", "/admin/batches/remove"),
    *("/admin/batches/7K3QF9XM2A/edit", "/admin/batches/7K3QF9XM2A/labels-gone"),
    *("/admin/recalls/new", "/admin/import", "/admin/labels", "/admin/labels/stock/new"),
    *("/django-admin/login/", "/django-admin/nosuch", "/django-admin/batches/product/add/"),
]
METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
BROKEN_SOMEHOW = ["no boundary", "hung up in a field", "length that is none"]

handler = ClientHandler(enforce_csrf_checks=True)


def send(method: str, path: str, body: Body, cookies: str) -> int:
    """The status that is answered, as a server asks for it: with CSRF checks and all middleware."""
    statuses: list[int] = []

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        statuses.append(handler(environ).status_code)
        return []

    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_COOKIE": f"csrftoken={TOKEN}{cookies}",
        "CONTENT_LENGTH": f"{len(body.content)}" if body.length is None else body.length,
        "wsgi.url_scheme": "http",
        "wsgi.input": HungUp(body.content) if body.is_cut else io.BytesIO(body.content),
        "wsgi.errors": io.StringIO(),
    }
    if body.content_type is not None:
        environ["CONTENT_TYPE"] = body.content_type
    if b"csrfmiddlewaretoken" not in body.content:
        environ["HTTP_X_CSRFTOKEN"] = TOKEN
    read_as_utf8(answer)(environ, print)
    return statuses[0]


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What would have been written into the log as an error."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name}: {record.getMessage()}")

    handler = Lines(logging.ERROR)
    loggers = [logging.getLogger(name) for name in ("django", "freshness")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lines
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.fixture(params=["stranger", "administrator"])
def cookies(request: pytest.FixtureRequest, make_batch: MakeBatch, db: None) -> str:
    """The cookies of a role, in a shop with a batch."""
    make_batch(id="7K3QF9XM2A")
    if request.param == "stranger":
        return ""
    client = Client()
    account: User = request.getfixturevalue(request.param)
    client.force_login(account)
    return f"; sessionid={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_broken_is_nobodys_fault_but_the_senders(
    cookies: str, errors: list[str], name: str
) -> None:
    statuses = {path: send("POST", path, BODIES[name], cookies) for path in PATHS}
    assert {path: status for path, status in statuses.items() if not 200 <= status < 500} == {}
    assert errors == []
    assert statuses["/nosuch"] in (400, 404, 413)
    assert statuses["/static/x"] in (400, 404, 413)


@pytest.mark.parametrize("method", METHODS)
def test_so_it_is_with_other_methods(cookies: str, errors: list[str], method: str) -> None:
    statuses = {
        (path, name): send(method, path, BODIES[name], cookies)
        for path in PATHS
        for name in BROKEN_SOMEHOW
    }
    assert {it: status for it, status in statuses.items() if not 200 <= status < 500} == {}
    assert errors == []


@pytest.mark.parametrize("path", ["/", "/login", "/admin/batches", "/nosuch", "/batch/ABC"])
def test_too_many_fields_in_an_address(cookies: str, errors: list[str], path: str) -> None:
    client = Client(raise_request_exception=False, headers={"cookie": cookies})
    response = client.get(path + "?" + "&".join(f"x{number}=1" for number in range(1100)))
    assert 200 <= response.status_code < 500
    assert errors == []


def test_it_is_said_how_to_go_on(db: None) -> None:
    response = Client().generic("POST", "/login", b"x", content_type="multipart/form-data")
    assert response.status_code == 400
    assert "did not arrive whole. Go back, load the page again" in words(response.content)
