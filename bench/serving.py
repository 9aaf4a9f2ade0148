"""A demo shop, served to be measured."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = 8765
PATIENCE = 10  # seconds
SERVE = ["manage", "serve"]


@contextmanager
def demo_shop() -> Iterator[Path]:
    """The folder that holds the data of a shop with a dozen batches."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        for command in ("migrate", "demo"):
            arguments = [sys.executable, "manage.py", command]
            subprocess.check_call(arguments, cwd=ROOT, env=shop(data), stdout=subprocess.DEVNULL)
        yield data


def first_batch(data: Path) -> str:
    """The code of one of its batches."""
    program = "from batches.models import Batch; print(Batch.objects.first().pk)"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    return subprocess.check_output(command, cwd=ROOT, env=shop(data), text=True).strip()


@contextmanager
def served(data: Path, settings: str) -> Iterator[None]:
    """The shop of `data` as `make run` serves it."""
    with running(data, SERVE, PORT, DJANGO_SETTINGS_MODULE=settings):
        yield


@contextmanager
def running(
    data: Path, command: list[str], port: int, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A server, which is one of Python's modules; with the environment of the shop of `data`."""
    arguments = [sys.executable, "-m", *command]
    environment = shop(data) | more
    server = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield server
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            answer("GET", "/", port=port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def shop(data: Path) -> dict[str, str]:
    """The environment of a shop that keeps its data in `data`."""
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{data}/shop.sqlite3",
        "SECRET_KEY": "bench" * 10,
        "PUBLIC_URL": "http://localhost",
        "BEHIND_PROXY": "true",
        "PORT": f"{PORT}",
        "SCHEDULED_JOBS": "false",
    }


def answer(
    method: str,
    path: str,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    port: int = PORT,
) -> tuple[int, str, str]:
    """The status, the cookie and the text of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, {"Host": "localhost"} | (headers or {}))
        response = connection.getresponse()
        cookie = (response.headers["Set-Cookie"] or "").partition(";")[0]
        return response.status, cookie, response.read().decode()
    finally:
        connection.close()
