"""What many at once notice of each other: python -m bench.crowd

A shop with a thousand batches, served as it is by default, on one core. From another, connections
read without a pause, some of them reports alone, while staff save batches: when it has just been
started, when it runs, and beside slow clients, each of which sends a letter of its request a second
and never the end.
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
from .load import LOAD_CORE, SERVER_CORE, Load, need, pinned, wrk
from .login_flood import Ask, at_rate
from .serving import PORT, ROOT, answer, demo_shop, served
from .telling import section

SECONDS = 6
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
            started = crowded(**filled)
            alone = crowded(**filled)
            with slow_clients():
                beside = crowded(**filled)
    return {
        "just started, no page kept": started,
        "a crowd": alone,
        f"the same beside {SLOW:,} slow clients": beside,
    }


def crowded(cookie: str, codes: list[str]) -> Crowd:
    with ThreadPoolExecutor() as pool:
        saving = pool.submit(at_rate, save(cookie), SAVES, SECONDS)
        others = pool.submit(wrk, MIXED, SECONDS, *asking(cookie, mixed(codes)))
        of_reports = wrk(REPORTS, SECONDS, *asking(cookie, reports(codes)))
        times, statuses = saving.result()
        return Crowd(of_reports, others.result(), median(times), statuses)


def asking(cookie: str, paths: list[str]) -> list[str]:
    """For wrk: each path as often as it is named."""
    return ["--script", f"{ROOT}/bench/mixed.lua", f"http://localhost:{PORT}", "--", cookie, *paths]


def reports(codes: list[str]) -> list[str]:
    return [f"/batch/{code}" for code in codes[:READ]]


def mixed(codes: list[str], reports_of_each: int = 4) -> list[str]:
    """With 4: of 13 requests 10 are for reports, 2 for other public pages, 1 for the portal."""
    portal = ["/admin", "/admin/batches", "/admin/batches/new", f"/admin/batches/{codes[0]}"]
    return [*reports(codes) * reports_of_each, *["/", "/login"] * 20, *portal * 5]


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


def told() -> str:
    return section(
        "A crowd",
        f"{REPORTS + MIXED} connections ask without a pause for {SECONDS} seconds, {REPORTS} of "
        f"them for reports alone, while staff save {SAVES} batches a second; all that serves is on "
        "one core. Times in ms. Aim: every save is answered with 302, and once it runs, p99 of "
        "reports is under 10 times p50.",
        [
            "",
            *("reports a second", "p50", "p99", "p99 / p50"),
            *("all else a second", "p50", "p99"),
            *("saves by status", "p50"),
        ],
        [[name, *figures(crowd)] for name, crowd in measured().items()],
    )


def figures(crowd: Crowd) -> list[str]:
    reports, mixed = crowd.reports, crowd.mixed
    saves = ", ".join(f"{count} × {status}" for status, count in sorted(crowd.saves.items()))
    numbers = [reports.a_second, reports.p50, reports.p99, mixed.a_second, mixed.p50, mixed.p99]
    told = [f"{number:,.0f}" for number in numbers]
    ratio = f"{reports.p99 / reports.p50:.1f}"
    return [*told[:3], ratio, *told[3:], saves, f"{crowd.saving:,.0f}"]


if __name__ == "__main__":
    need("wrk")
    print(told())
