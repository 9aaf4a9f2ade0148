"""The shop as it is really served: hashed static files, a file for data, and a browser."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, build_opener

import pytest
from django.conf import settings

from .programs import hear_signals
from .shared import made_once
from .test_settings import CHOICES, ROOT

# As `make run` serves it, and as it stands behind nginx.
SERVE = ["manage.py", "serve"]
GUNICORN = ["-m", "gunicorn", "--config", "freshness/gunicorn.conf.py", "freshness.wsgi"]


class DoNotFollow(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


class ServedShop:
    """A served shop with its own data, and one browser that keeps cookies."""

    command = SERVE

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.database = data / "shop.sqlite3"
        self.said, self.printed = data / "said", data / "printed"
        self.cookies = CookieJar()
        self.browser: OpenerDirector = build_opener(HTTPCookieProcessor(self.cookies))
        self.environment = os.environ | dict.fromkeys(CHOICES, "")
        self.environment |= {
            "SECRET_KEY": "x" * 50,
            "TIME_ZONE": settings.TIME_ZONE,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "BACKUP_DIR": f"{data}/backups",
            "PORT": f"{port}",
            "SCHEDULED_JOBS": "false",
            "WEB_CONCURRENCY": "2",  # gunicorn itself reads this one too, and knows no empty value
        }

    def manage(self, *command: str, **choices: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment | choices,
            check=True,
        )

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Made ready and started; ended whatever happens."""
        self.prepare()
        try:
            self.start()
            yield self
        finally:
            if self.server.poll() is None:
                self.end(signal.SIGKILL)

    def prepare(self) -> None:
        """Copy the tables that the first one has made; collect static files that have changed."""
        shutil.copy(made_once("tables", self.migrate), self.database)
        self.collect_static()

    def migrate(self, database: Path) -> None:
        self.manage("migrate", "--verbosity", "0", DATABASE_URL=f"sqlite:///{database}")

    def collect_static(self) -> None:
        """Into the one folder that all have for it, unless it has them already."""
        made_once("static", self.collect_newer_static)

    def collect_newer_static(self, mark: Path) -> None:
        manifest, sources = settings.STATIC_ROOT / "staticfiles.json", ROOT / "static"
        changed_at = max(file.stat().st_mtime for file in sources.rglob("*"))
        if not manifest.exists() or manifest.stat().st_mtime < changed_at:
            self.manage("collectstatic", "--no-input", "--verbosity", "0")
        mark.touch()

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
