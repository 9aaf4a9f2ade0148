"""A body that an answer does not need: it is read all the same, so that nobody sees a fault."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from ..served import ServedShop

MB = 1024**2
TIMES = 20  # what closes too early is not noticed each time


@pytest.fixture(autouse=True)
def noon() -> None:
    """What is served has its own clock, which does not travel."""


def status_of_post(shop: ServedShop, path: str, length: int) -> int:
    http = HTTPConnection(urlsplit(shop.url).netloc, timeout=20)
    try:
        http.request("POST", path, b"a" * length, {"Content-Type": "text/plain"})
        answer = http.getresponse()
        answer.read()
        return answer.status
    finally:
        http.close()


def test_who_sends_what_nobody_needs_has_an_answer_each_time(served: ServedShop) -> None:
    for path, length, status in [
        ("/healthz", 2 * MB, 405),
        ("/batch/nothing", 2 * MB, 405),
        ("/nosuch", 3 * MB, 413),
        ("/admin/import", 25 * MB + 1, 413),
    ]:
        statuses = [status_of_post(served, path, length) for _time in range(TIMES)]
        assert statuses == [status] * TIMES
