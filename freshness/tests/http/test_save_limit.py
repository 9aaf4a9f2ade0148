"""On SQLite, somebody holds the lock for some seconds: who only reads notices nothing."""

import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from threading import Event
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from conftest import PASSWORD
from freshness.http.save_limit import SaveLimitMiddleware

from ..served import ServedShop

HELD = 6  # seconds
SOON = 5  # seconds, on a busy machine
TOKEN = "a" * 32


@pytest.fixture(autouse=True)
def noon() -> None:
    """What is served has its own clock, which does not travel."""


@pytest.fixture(scope="module")
def cookie(running_shop: ServedShop) -> str:
    """That of somebody who may save."""
    person = {"full_name": "Ayşe", "email": "ayse@example.com"}
    running_shop.send("/register", **person, password1=PASSWORD, password2=PASSWORD)
    [session] = [cookie for cookie in running_shop.cookies if cookie.name == "sessionid"]
    return f"sessionid={session.value}"


def ask(shop: ServedShop, method: str, path: str, cookie: str, **fields: str) -> tuple[int, str]:
    http = HTTPConnection(urlsplit(shop.url).netloc, timeout=60)
    headers = {"Cookie": f"{cookie}; csrftoken={TOKEN}"}
    if fields:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        body = urlencode(fields | {"csrfmiddlewaretoken": TOKEN}) if fields else None
        http.request(method, path, body, headers)
        answer = http.getresponse()
        return answer.status, answer.read().decode()
    finally:
        http.close()


def save(shop: ServedShop, cookie: str, identifier: str) -> int:
    today = f"{timezone.localdate():%Y-%m-%d}"
    typed = {"batch_identifier": identifier, "butcher_date": today, "arrival_date": today}
    return ask(shop, "POST", "/admin/batches/new", cookie, product="1", **typed)[0]


@contextmanager
def lock_held(shop: ServedShop) -> Iterator[None]:
    """By another program, until the end and for so long at least."""
    with closing(sqlite3.connect(shop.database, timeout=20, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        yield
        time.sleep(max(0, HELD - (time.monotonic() - begun)))
        other.execute("ROLLBACK")


@pytest.mark.parametrize("posts", [10, 30])
def test_saves_that_wait_hold_up_nobody_who_reads(
    served: ServedShop, cookie: str, posts: int
) -> None:
    assert save(served, cookie, f"before-{posts}") == 302
    _status, page = ask(served, "GET", "/admin/batches", cookie)
    [code, *_others] = list(re.findall(r'href="/admin/batches/(\w{10})"', page))
    pages = ["/", f"/batch/{code}", "/admin", "/admin/batches", f"/admin/batches/{code}"]
    for path in pages:
        ask(served, "GET", path, cookie)
    with ThreadPoolExecutor(posts) as staff:
        with lock_held(served):
            saves = [
                staff.submit(save, served, cookie, f"of-{posts}-{number}")
                for number in range(posts)
            ]
            time.sleep(1)
            for path in pages:
                begun = time.monotonic()
                assert ask(served, "GET", path, cookie)[0] == 200
                assert time.monotonic() - begun < SOON
        statuses = [it.result() for it in saves]
    assert statuses == [302] * posts
    with closing(sqlite3.connect(served.database)) as data:
        rows = data.execute("SELECT batch_identifier FROM batches_batch").fetchall()
    of_these = sorted(it for [it] in rows if it.startswith(f"of-{posts}-"))
    assert of_these == sorted(f"of-{posts}-{number}" for number in range(posts))


def test_pages_with_a_message_that_cannot_be_taken_away_hold_up_nobody(
    served: ServedShop, cookie: str
) -> None:
    assert save(served, cookie, "with-message") == 302
    ask(served, "GET", "/login", "")
    with ThreadPoolExecutor(20) as staff, lock_held(served):
        begun = time.monotonic()
        pages = [staff.submit(ask, served, "GET", "/admin/recalls", cookie) for _it in range(20)]
        assert ask(served, "GET", "/login", "")[0] == 200
        assert [(it.result()[0], "is on the shelf" in it.result()[1]) for it in pages] == [
            (200, True)
        ] * 20
        assert time.monotonic() - begun < SOON
    shown = ["is on the shelf" in ask(served, "GET", "/admin/recalls", cookie)[1] for _it in "12"]
    assert shown == [True, False]


def test_beyond_the_limit_it_says_so_and_keeps_what_was_typed(settings: Any) -> None:
    settings.SAVES_AT_ONCE = 1
    if connection.vendor != "sqlite":
        with pytest.raises(MiddlewareNotUsed):
            SaveLimitMiddleware(lambda _request: HttpResponse())
        return
    is_inside, may_end = Event(), Event()

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            is_inside.set()
            may_end.wait(10)
        return HttpResponse("done")

    limited, make = SaveLimitMiddleware(answer), RequestFactory()
    with ThreadPoolExecutor(1) as other:
        first = other.submit(limited, make.post("/admin/batches/new"))
        is_inside.wait(10)
        busy = limited(make.post("/admin/batches/new", {"supplier": "Hill Farm"}))
        assert limited(make.get("/admin")).content == b"done"
        may_end.set()
        assert first.result().content == b"done"
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    assert b'name="supplier" value="Hill Farm"' in busy.content
    assert limited(make.post("/admin/batches/new")).content == b"done"


def test_a_place_is_given_back_where_the_view_fails(settings: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such limit")
    settings.SAVES_AT_ONCE = 1

    def answer(request: HttpRequest) -> HttpResponse:
        raise ValueError("the view fails")

    limited = SaveLimitMiddleware(answer)
    for _time in range(3):
        with pytest.raises(ValueError, match="the view fails"):
            limited(RequestFactory().post("/"))
