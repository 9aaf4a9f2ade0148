"""The shop as it is really served: migrations, hashed static files, a file for data."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from threading import Event
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, build_opener

import pytest
from django.conf import settings
from django.utils import timezone

from conftest import PASSWORD

from .programs import hear_signals
from .test_settings import CHOICES, ROOT

# As `make run` serves it, and as it stands behind nginx.
SERVE = ["manage.py", "serve"]
GUNICORN = ["-m", "gunicorn", "--config", "freshness/gunicorn.conf.py", "freshness.wsgi"]


class DoNotFollow(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


class Shop:
    """A served shop with its own data, and one browser that keeps cookies."""

    command = SERVE

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.said, self.printed = data / "said", data / "printed"
        self.cookies = CookieJar()
        self.browser: OpenerDirector = build_opener(HTTPCookieProcessor(self.cookies))
        self.environment = os.environ | dict.fromkeys(CHOICES, "")
        self.environment |= {
            "SECRET_KEY": "x" * 50,
            "TIME_ZONE": settings.TIME_ZONE,
            "DATABASE_URL": f"sqlite:///{data}/shop.sqlite3",
            "BACKUP_DIR": f"{data}/backups",
            "PORT": f"{port}",
            "SCHEDULED_JOBS": "false",
            "WEB_CONCURRENCY": "2",  # gunicorn itself reads this one too, and knows no empty value
        }

    def manage(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True
        )

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Made ready and started, as README.md says; ended whatever happens."""
        self.manage("migrate", "--verbosity", "0")
        collect_static(self)
        try:
            self.start()
            yield self
        finally:
            if self.server.poll() is None:
                self.end(signal.SIGKILL)

    def start(self) -> None:
        with self.said.open("ab") as said, self.printed.open("ab") as printed:
            self.server = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=hear_signals,
                stdout=printed,
                stderr=said,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.server.poll() is None:
            try:
                self.get("/")
            except OSError:
                time.sleep(0.05)
            else:
                return
        pytest.fail("The server did not come up within a minute.")

    def end(self, how: signal.Signals) -> int:
        if how == signal.SIGKILL:
            os.killpg(self.server.pid, how)  # workers too, as a power cut would
        else:
            self.server.send_signal(how)
        return self.server.wait(timeout=20)

    def get(self, path: str) -> str:
        with self.browser.open(self.url + path, timeout=10) as response:
            text: str = response.read().decode()
        return text

    def open(
        self, path: str, fields: dict[str, str] | None = None, follow: bool = True
    ) -> tuple[Any, str]:
        """The answer, whatever its status, and its text."""
        browser = self.browser if follow else build_opener(DoNotFollow)
        browser.addheaders = self.browser.addheaders
        data = urlencode(fields).encode() if fields else None
        try:
            answer = browser.open(self.url + path, data, timeout=10)
        except HTTPError as error:
            answer = error
        with answer:
            return answer, answer.read().decode()

    def send(self, path: str, **fields: str) -> str:
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))[0]
        data = urlencode(fields | {"csrfmiddlewaretoken": token}).encode()
        with self.browser.open(self.url + path, data, timeout=10) as response:
            text: str = response.read().decode()
        return text


is_collected = Event()


def collect_static(shop: Shop) -> None:
    """Once in each process of tests, and in one after the other: all have one folder for it."""
    if is_collected.is_set():
        return
    import fcntl

    with (settings.VAR_DIR / "collecting").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        shop.manage("collectstatic", "--no-input", "--verbosity", "0")
    is_collected.set()


@pytest.fixture(params=[SERVE, GUNICORN], ids=["waitress", "gunicorn"])
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    shop.command = request.param
    with shop.running():
        yield shop


def test_what_was_answered_as_saved_is_there_after_a_kill(served: Shop) -> None:
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


def test_style_sheets_are_served_under_names_that_may_be_kept_for_ever(served: Shop) -> None:
    [path] = re.findall(r'href="(/static/css/base\.\w{12}\.css)"', served.get("/"))
    with served.browser.open(served.url + path) as response:
        assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_a_stranger_who_claims_to_be_a_proxy_is_not_believed(served: Shop) -> None:
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
def test_a_strange_charset_is_no_fault(served: Shop, parameter: str) -> None:
    served.browser.addheaders = [("Content-Type", f"text/plain; {parameter}")]
    assert "How fresh is it?" in served.get("/?a=%41%FF")


def test_ctrl_c_ends_it_cleanly(served: Shop) -> None:
    assert served.end(signal.SIGINT) == 0


def test_ctrl_c_ends_it_in_the_midst_of_requests(tmp_path: Path) -> None:
    ended = Event()
    shop = Shop(tmp_path)

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
