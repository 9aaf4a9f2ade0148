"""What many at once notice of each other: python -m bench.crowd

A shop with a thousand batches, served as it is by default, on one core. From another, connections
read without a pause, some of them reports alone, while staff save batches; then the same beside
slow clients, each of which sends a letter of its request a second and never the end.
"""

import random
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from statistics import median
from threading import Event, Thread
from urllib.parse import urlencode

from .labels import TOKEN, filled_with_batches
from .load import LOAD_CORE, SERVER_CORE, Load, pinned, wrk
from .login_flood import Ask, at_rate
from .serving import PORT, ROOT, answer, demo_shop, served

SECONDS = 8
REPORTS, MIXED = 20, 180  # connections
SAVES = 20  # a second
SLOW = 1_000  # connections
READ = 50  # batches whose reports are read
BEGUN = [
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n",
]


@dataclass(frozen=True)
class Crowd:
    """`saving` is the median time of a save in ms, `saves` how many were answered how."""

    reports: Load
    mixed: Load
    saving: float
    saves: Counter[int]


def measured() -> dict[str, Crowd]:
    with ExitStack() as stack:
        data = stack.enter_context(demo_shop())
        filled = filled_with_batches(data)
        with pinned(SERVER_CORE):
            stack.enter_context(served(data, "freshness.settings"))
        with pinned(LOAD_CORE):
            alone = crowded(**filled)
            with slow_clients():
                beside = crowded(**filled)
    return {"a crowd": alone, f"the same beside {SLOW:,} slow clients": beside}


def crowded(cookie: str, codes: list[str]) -> Crowd:
    reports = [f"/batch/{code}" for code in codes[:READ]]
    portal = ["/admin", "/admin/batches", "/admin/batches/new", f"/admin/batches/{codes[0]}"]
    mixed = [*reports * 4, *["/", "/login"] * 20, *portal * 5]
    address = f"http://localhost:{PORT}"
    script = ["--script", f"{ROOT}/bench/mixed.lua", address, "--", cookie]
    with ThreadPoolExecutor() as pool:
        saving = pool.submit(at_rate, save(cookie), SAVES, SECONDS)
        others = pool.submit(wrk, MIXED, SECONDS, *script, *mixed)
        of_reports = wrk(REPORTS, SECONDS, *script, *reports)
        times, statuses = saving.result()
        return Crowd(of_reports, others.result(), median(times), statuses)


def save(cookie: str) -> Ask:
    headers = {
        "Cookie": f"{cookie}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    numbers, run = count(), random.randrange(10**6)

    def ask() -> int:
        typed = {
            "product": "1",
            "batch_identifier": f"{run}-{next(numbers)}",
            "butcher_date": date.today(),
            "arrival_date": date.today(),
            "csrfmiddlewaretoken": TOKEN,
        }
        return answer("POST", "/admin/batches/new", urlencode(typed), headers)[0]

    return ask


@contextmanager
def slow_clients() -> Iterator[None]:
    is_over = Event()
    thread = Thread(target=keep_sending, args=[is_over])
    thread.start()
    yield
    is_over.set()
    thread.join()


def keep_sending(is_over: Event) -> None:
    """One that is cut off begins anew."""
    clients: list[socket.socket] = []
    while not is_over.wait(1):
        for client in [*clients]:
            try:
                client.send(b"a")
            except OSError:
                client.close()
                clients.remove(client)
        while len(clients) < SLOW:
            client = socket.create_connection(("127.0.0.1", PORT))
            client.send(BEGUN[len(clients) % len(BEGUN)])
            clients.append(client)
    for client in clients:
        client.close()


def main() -> None:
    for name, crowd in measured().items():
        print(name)
        for who, load in (("reports", crowd.reports), ("all else", crowd.mixed)):
            times = f"p50 {load.p50:.0f} ms, p99 {load.p99:.0f} ms, ratio {load.p99 / load.p50:.1f}"
            print(f"  {who:10} {load.a_second:6.0f} a second, {times}")
        print(f"  saves      {dict(crowd.saves)}, p50 {crowd.saving:.0f} ms")


if __name__ == "__main__":
    main()
