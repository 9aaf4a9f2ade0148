"""What a healthy client notices of others that hold up a server: python -m bench.attacks

The shop is served as `make run` does it, with nothing in front. In each attack many connections are
opened and kept open; whoever is cut off comes again. Meanwhile one client asks for the landing page
four times a second. Told are its slowest answer and how much of a core the server took.
"""

import resource
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

import psutil

from .serving import PORT, SERVE, answer, demo_shop, running

SECONDS = 10
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
ICON = b"GET /static/icons/icon-512.png HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPLOAD = FORM.replace(b"/login", b"/admin/import")
EXPECT = FORM + b"Expect: 100-continue\r\n"


class Attack(NamedTuple):
    """What each of so many connections sends first, and then again and again."""

    connections: int
    first: bytes
    again: bytes = b""
    closes_half: bool = False


ATTACKS = {
    "idle": Attack(1_000, b""),
    "slow heads": Attack(1_000, HEAD + b"X-Slow: ", b"a"),
    "slow bodies": Attack(1_000, FORM + b"Content-Length: 500\r\n\r\n", b"a"),
    "slow uploads": Attack(200, UPLOAD + b"Content-Length: 9000000\r\n\r\n" + b"a" * 70_000, b"a"),
    "answered, and do not close": Attack(200, HEAD + b"\r\n"),
    "pipelined halves": Attack(200, HEAD + b"\r\n" + HEAD, b"X: a\r\n"),
    "half heads with 100-continue": Attack(200, EXPECT),
    "Expect without a body": Attack(200, EXPECT + b"Content-Length: 0\r\n\r\n"),
    "Expect, and no body comes": Attack(200, EXPECT + b"Content-Length: 9\r\n\r\n"),
    "chunked without a body": Attack(200, FORM + b"Transfer-Encoding: chunked\r\n\r\n"),
    "never read": Attack(60, ICON * 20),
    "half-closed": Attack(100, HEAD, closes_half=True),
    "half-closed after a request": Attack(100, HEAD + b"\r\n", closes_half=True),
}


def connected(port: int, attack: Attack) -> socket.socket:
    client = socket.socket()
    client.settimeout(10)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # so that it soon has to read
    client.connect(("127.0.0.1", port))
    client.sendall(attack.first)
    if attack.closes_half:
        client.shutdown(socket.SHUT_WR)
    return client


def keep_up(port: int, attack: Attack, until: float) -> None:
    clients: list[socket.socket] = []
    try:
        while time.monotonic() < until:
            with suppress(OSError):
                while len(clients) < attack.connections:
                    clients.append(connected(port, attack))
            for client in [*clients] if attack.again else []:
                try:
                    client.send(attack.again, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    pass
                except OSError:
                    client.close()
                    clients.remove(client)
            time.sleep(0.5)
    finally:
        for client in clients:
            client.close()


def slowest_answer(port: int, until: float) -> float:
    """In seconds, from the healthy client's view."""
    slowest = 0.0
    while time.monotonic() < until:
        begun = time.monotonic()
        answer("GET", "/", port=port)
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.25)
    return slowest


def suffered(attack: Attack, server: psutil.Process, seconds: float) -> tuple[float, float]:
    """The slowest answer in seconds, and the share of a core."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(1) as attackers:
        attacking = attackers.submit(keep_up, PORT, attack, until)
        time.sleep(seconds / 5)  # they stand
        before, begun = sum(server.cpu_times()[:2]), time.monotonic()
        slowest = slowest_answer(PORT, until)
        share = (sum(server.cpu_times()[:2]) - before) / (time.monotonic() - begun)
        attacking.result()
    return slowest, share


def main() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 10_000), hard))
    with demo_shop() as data, running(data, SERVE, PORT) as served:
        server = psutil.Process(served.pid)
        print(f"{'':32} {'slowest':>8} {'of a core':>10}")
        for name, attack in ATTACKS.items():
            slowest, share = suffered(attack, server, SECONDS)
            print(f"{name:32} {slowest:6.2f} s {share:9.0%}", flush=True)


if __name__ == "__main__":
    main()
