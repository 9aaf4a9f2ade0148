"""A body that an answer does not need: it is read all the same, so that nobody sees a fault."""

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .test_serving import GUNICORN, SERVE, Shop

MB = 1024**2
TIMES = 20  # what closes too early is not noticed each time


@pytest.fixture(autouse=True)
def noon() -> None:
    """What is served has its own clock, which does not travel."""


@pytest.fixture(params=[SERVE, GUNICORN], ids=["waitress", "gunicorn"])
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    shop.command = request.param
    with shop.running():
        yield shop


def status_of_post(shop: Shop, path: str, length: int) -> int:
    http = HTTPConnection(urlsplit(shop.url).netloc, timeout=20)
    try:
        http.request("POST", path, b"a" * length, {"Content-Type": "text/plain"})
        answer = http.getresponse()
        answer.read()
        return answer.status
    finally:
        http.close()


def test_who_sends_what_nobody_needs_has_an_answer_each_time(served: Shop) -> None:
    for path, length, status in [
        ("/healthz", 2 * MB, 405),
        ("/batch/nothing", 2 * MB, 405),
        ("/nosuch", 3 * MB, 413),
        ("/admin/import", 25 * MB + 1, 413),
    ]:
        statuses = [status_of_post(served, path, length) for _time in range(TIMES)]
        assert statuses == [status] * TIMES
