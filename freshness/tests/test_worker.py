"""Clients that take their time, as gunicorn serves them."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .test_serving import Shop

worker = pytest.importorskip("freshness.worker", reason="gunicorn does not run on Windows")

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(Path(tmp_path_factory.mktemp("shop")))
    shop.environment["WEB_CONCURRENCY"] = "1"
    with shop.running():
        yield shop


def connect(shop: Shop) -> socket.socket:
    place = urlsplit(shop.url)
    return socket.create_connection((place.hostname, place.port), timeout=10)


def answers(shop: Shop, *pieces: bytes) -> list[bytes]:
    """The status of each answer to what is sent piece by piece, until the shop hangs up."""
    with connect(shop) as client, client.makefile("rb") as answer:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(0.05)
        lines = answer.readlines()
    return [line.split()[1] for line in lines if line.startswith(b"HTTP/1.1 ")]


def test_who_sends_slowly_or_nothing_stops_nobody(shop: Shop) -> None:
    begun = {
        "a head": HEAD + b"X-Slow: ",
        "a body": FORM + b"500\r\n\r\nuser",
        "nothing": b"",
    }
    with ExitStack() as slow:
        clients = [
            slow.enter_context(connect(shop)) for _ in range(20) for _kind in range(len(begun))
        ]
        for client, sent in zip(clients, [*begun.values()] * 20, strict=True):
            client.sendall(sent)
        for _ in range(3):
            shop.get("/")
            for client in clients:
                client.sendall(b"a")


@pytest.mark.parametrize("length", [10, 100_000])
def test_a_request_may_come_in_pieces(shop: Shop, length: int) -> None:
    body = b"a" * length
    pieces = [FORM[:20], FORM[20:], b"%d\r\nConnection: close\r\n\r" % length, b"\n", body[:7]]
    assert answers(shop, *pieces, body[7:]) == [b"403"]  # no token against forgery


def test_requests_may_come_before_the_answers(shop: Shop) -> None:
    assert answers(shop, HEAD + b"\r\n" + HEAD + b"Connection: close\r\n\r\n") == [b"200"] * 2


def test_who_asks_whether_to_send_is_told(shop: Shop) -> None:
    asking = FORM + b"4\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n"
    assert answers(shop, asking, b"body") == [b"100", b"403"]


def test_who_leaves_half_way_is_forgotten(shop: Shop) -> None:
    for sent in (b"", HEAD, FORM + b"9\r\n\r\n1"):
        with connect(shop) as client:
            client.sendall(sent)
    shop.get("/")


@pytest.mark.parametrize(
    ("seen", "is_whole"),
    [
        (b"", False),
        (b"GET / HTTP/1.1\r\n\r", False),
        (b"GET / HTTP/1.1\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length:3\r\n\r\nab", False),
        (b"POST / HTTP/1.1\r\nCONTENT-LENGTH: 3\r\n\r\nabc", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 999999\r\n\r\n".ljust(65536, b"a"), True),
        (b"GET / HTTP/1.1\r\nX: ".ljust(65536, b"a"), True),
    ],
)
def test_what_is_whole(seen: bytes, is_whole: bool) -> None:
    assert worker.is_whole(seen) == is_whole
