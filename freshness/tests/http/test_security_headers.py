"""What every answer says to the browser, whatever was asked for and however it went."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from batches.report import views
from conftest import PASSWORD, MakeBatch

from ..served import GUNICORN, SERVE, ServedShop

ALL_PAGES = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self'",
    "manifest-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
}


def policy(headers: Any) -> dict[str, str]:
    parts = [part.split(maxsplit=1) for part in headers["Content-Security-Policy"].split("; ")]
    return {name: " ".join(values) for name, *values in parts}


def assert_they_are_closed(headers: Any) -> None:
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    # It is for https alone.
    opener = "same-origin" if "Strict-Transport-Security" in headers else None
    assert headers.get("Cross-Origin-Opener-Policy") == opener
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=(), " in headers["Permissions-Policy"]
    assert policy(headers)["default-src"] == "'none'"
    assert policy(headers)["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not [name for name in headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/", 200),
        ("head", "/login", 200),
        ("get", "/batch/nothing", 404),
        ("get", "/nothing", 404),
        ("post", "/", 405),
        ("get", "/admin", 302),
        ("get", "/django-admin/", 302),
        ("post", "/login", 422),
        ("get", "/static/nothing.css", 404),
    ],
)
def test_every_answer_is_closed(db: None, method: str, path: str, status: int) -> None:
    response = getattr(Client(), method)(path, headers={"origin": "https://evil.example"})
    assert response.status_code == status
    assert_they_are_closed(response.headers)
    assert policy(response.headers) == ALL_PAGES


def test_so_are_refusals(db: None) -> None:
    for headers in ({"host": "evil.example"}, {"cookie": r'sessionid="a\000b"'}):
        response = Client().get("/", headers=headers)
        assert response.status_code == 400
        assert_they_are_closed(response.headers)
    forged = Client(enforce_csrf_checks=True).post("/login")
    assert forged.status_code == 403
    assert_they_are_closed(forged.headers)


def test_so_are_faults(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(views, "read_code")
    response = Client(raise_request_exception=False).get("/batch/7K3QF9XM2A")
    assert response.status_code == 500
    assert_they_are_closed(response.headers)


def test_the_report_lets_in_its_own_style_and_nothing_else(make_batch: MakeBatch) -> None:
    client, path = Client(), f"/batch/{make_batch().pk}"
    response = client.get(path)
    assert_they_are_closed(response.headers)
    [style] = re.findall(r"<style>(.*?)</style>", response.content.decode(), flags=re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy(response.headers) == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "connect-src": "'self'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "img-src": "data:",
        "style-src": f"'sha256-{digest}'",
    }
    unchanged = client.get(path, headers={"if-none-match": response["ETag"]})
    assert unchanged.status_code == 304
    assert policy(unchanged.headers) == policy(response.headers)


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(db: None, staff: Any) -> None:
    client = Client()
    client.get("/login")
    client.post("/login", {"username": staff.email, "password": PASSWORD})
    assert set(client.cookies) == {"sessionid", "csrftoken"}
    for cookie in client.cookies.values():
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"
        assert (cookie["path"], cookie["domain"]) == ("/", "")


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_no_redirect_leads_away(staff_client: Client, next_page: str) -> None:
    for path in ("/login", "/register", "/django-admin/login/", "/waiting"):
        response = staff_client.get(path, {"next": next_page}, headers={"host": "testserver"})
        assert response["Location"] in {"/admin", "/django-admin/"}


@pytest.fixture(scope="module", params=[SERVE, GUNICORN], ids=["waitress", "gunicorn"])
def running_https_shop(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ServedShop]:
    shop = ServedShop(tmp_path_factory.mktemp("shop"))
    shop.command = request.param
    shop.environment |= {"PUBLIC_URL": "https://fresh.example.com", "BEHIND_PROXY": "true"}
    shop.browser.addheaders = [("X-Forwarded-Proto", "https")]
    with shop.running():
        yield shop


@pytest.fixture
def https_shop(running_https_shop: ServedShop) -> ServedShop:
    """A shop behind a proxy that answers https."""
    running_https_shop.cookies.clear()
    running_https_shop.browser.addheaders = [("X-Forwarded-Proto", "https")]
    return running_https_shop


def test_behind_https_all_of_it_is_secure(https_shop: ServedShop) -> None:
    form, page = https_shop.open("/register")
    [stylesheet] = re.findall(r'href="(/static/css/base\.\w+\.css)"', page)
    for answer in (form, https_shop.open(stylesheet)[0], https_shop.open("/nothing")[0]):
        assert_they_are_closed(answer.headers)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert policy(answer.headers) == ALL_PAGES | {"upgrade-insecure-requests": ""}
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    [csrf] = form.headers.get_all("Set-Cookie")
    person = {"full_name": "Ayşe", "email": "ayse@example.com"}
    person |= {"password1": PASSWORD, "password2": PASSWORD, "csrfmiddlewaretoken": token}
    https_shop.browser.addheaders += [
        ("Cookie", csrf.partition(";")[0]),
        ("Origin", "https://fresh.example.com"),
    ]
    landed, _page = https_shop.open("/register", person, follow=False)
    assert landed.headers["Location"] == "/admin"
    cookies = dict(it.split("=", 1) for it in [csrf, *landed.headers.get_all("Set-Cookie")])
    assert set(cookies) == {"__Host-csrftoken", "__Host-sessionid"}
    for cookie in cookies.values():
        attributes = {it.strip() for it in cookie.split(";")[1:]}
        assert attributes >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
        assert not [attribute for attribute in attributes if attribute.startswith("Domain")]


def test_no_client_says_where_we_are_mounted(https_shop: ServedShop) -> None:
    https_shop.browser.addheaders += [("SCRIPT_NAME", "/evil"), ("PATH_INFO", "/evil")]
    answer, page = https_shop.open("/login")
    assert answer.status == 200
    assert "evil" not in page


def test_plain_http_leads_to_our_https_whatever_host_is_claimed(https_shop: ServedShop) -> None:
    https_shop.browser.addheaders = [("X-Forwarded-Host", "evil.example")]
    answer, _page = https_shop.open("/login?next=/admin", follow=False)
    assert answer.status == 301
    assert answer.headers["Location"] == "https://fresh.example.com/login?next=/admin"
    assert policy(answer.headers)["default-src"] == "'none'"
