"""The shop as it is really served, by each of its servers."""

import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Event

import pytest
from django.utils import timezone

from conftest import PASSWORD

from ..served import GUNICORN, SERVE, ServedShop

SERVERS = pytest.mark.parametrize("server", [SERVE, GUNICORN], ids=["waitress", "gunicorn"])


@SERVERS
def test_what_was_answered_as_saved_is_there_after_a_kill(
    tmp_path: Path, server: list[str]
) -> None:
    served = ServedShop(tmp_path)
    served.command = server
    with served.running():
        assert_saved_outlives_a_kill(served)


def assert_saved_outlives_a_kill(served: ServedShop) -> None:
    person = {"full_name": "Ayşe", "email": "ayse@example.com"}
    served.send("/register", **person, password1=PASSWORD, password2=PASSWORD)
    today = f"{timezone.localdate():%Y-%m-%d}"
    for number in range(3):
        saved = served.send(
            "/admin/batches/new",
            product="1",
            batch_identifier=f"kept-{number}",
            butcher_date=today,
            arrival_date=today,
        )
        assert f"Batch kept-{number} is on the shelf." in saved
    served.end(signal.SIGKILL)
    served.start()
    assert re.findall(r'"identifier">(kept-\d)<', served.get("/admin/batches")) == [
        "kept-2",
        "kept-1",
        "kept-0",
    ]


def test_style_sheets_are_served_under_names_that_may_be_kept_for_ever(served: ServedShop) -> None:
    [path] = re.findall(r'href="(/static/css/base\.\w{12}\.css)"', served.get("/"))
    with served.browser.open(served.url + path) as response:
        assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_a_stranger_who_claims_to_be_a_proxy_is_not_believed(served: ServedShop) -> None:
    served.browser.addheaders = [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
    ]
    assert "evil.example" not in served.get("/")
    assert "https://" not in served.get("/register")


@pytest.mark.parametrize(
    "parameter",
    ["charset=rot13", "charset=idna", "charset=undefined", "x*=bogus''a", "x*=idna''%ff"],
)
def test_a_strange_charset_is_no_fault(served: ServedShop, parameter: str) -> None:
    served.browser.addheaders = [("Content-Type", f"text/plain; {parameter}")]
    assert "How fresh is it?" in served.get("/?a=%41%FF")


@SERVERS
def test_ctrl_c_ends_it_cleanly(tmp_path: Path, server: list[str]) -> None:
    shop = ServedShop(tmp_path)
    shop.command = server
    with shop.running():
        assert shop.end(signal.SIGINT) == 0


def test_ctrl_c_ends_it_in_the_midst_of_requests(tmp_path: Path) -> None:
    ended = Event()
    shop = ServedShop(tmp_path)

    def ask() -> None:
        while not ended.is_set():
            with suppress(OSError, HTTPException):
                shop.open("/batch/0000000000")

    with shop.running(), ThreadPoolExecutor() as crowd:
        for _visitor in range(4):
            crowd.submit(ask)
        try:
            for _time in range(4):
                time.sleep(0.2)
                assert shop.end(signal.SIGINT) == 0
                shop.start()
        finally:
            ended.set()
    assert shop.said.read_text() == ""
