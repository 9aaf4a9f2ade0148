"""What customers notice of a flood of logins: python -m bench.login_flood

Serves a demo shop, asks for reports at a steady rate, and sends 50 wrong logins a second besides,
each from another address and for another account, so that no lock-out stops them. Measured side by
side: without a flood, with one, and with one where passwords do not wait in a queue (Django's own
hasher). Several rounds; the medians of the rounds are told.
"""

import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from .serving import answer, demo_shop, first_batch, served

ROUNDS, SECONDS = 3, 8
REPORTS, LOGINS = 40, 50  # a second

Ask = Callable[[], int]


def report_of(data: Path) -> Ask:
    path = f"/batch/{first_batch(data)}"
    return lambda: answer("GET", path)[0]


def wrong_login() -> Ask:
    _status, cookie, page = answer("GET", "/login")
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)

    def ask() -> int:
        somebody = f"{random.randrange(10**9)}@example.com"
        typed = {"username": somebody, "password": "a guess", "csrfmiddlewaretoken": token}
        headers = {
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": ".".join(str(random.randrange(1, 255)) for _ in range(4)),
        }
        return answer("POST", "/login", urlencode(typed), headers)[0]

    return ask


def at_rate(ask: Ask, a_second: int, seconds: float) -> tuple[list[float], Counter[int]]:
    """Asks so often, however slow the answers; each one's time in ms from when it was due."""
    times: list[float] = []
    statuses: Counter[int] = Counter()
    begun = time.perf_counter()

    def one(number: int) -> None:
        due = begun + number / a_second
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            status = ask()
        except OSError:
            status = 0
        times.append((time.perf_counter() - due) * 1000)
        statuses[status] += 1

    with ThreadPoolExecutor(200) as pool:
        list(pool.map(one, range(round(a_second * seconds))))
    return times, statuses


def measure(report: Ask, login: Ask | None) -> tuple[list[float], Counter[int], Counter[int]]:
    """The reports' times and statuses, and the logins' statuses."""
    with ThreadPoolExecutor(1) as pool:
        flood = pool.submit(at_rate, login, LOGINS, SECONDS) if login else None
        time.sleep(1)  # the flood stands when the first customer comes
        times, statuses = at_rate(report, REPORTS, SECONDS - 1)
        return times, statuses, flood.result()[1] if flood else Counter()


# What is served, and whether it is flooded.
KINDS = {
    "no flood": ("freshness.settings", False),
    "flood": ("freshness.settings", True),
    "flood, no queue": ("bench.without_queue", True),
}


def main() -> None:
    with demo_shop() as data:
        rounds = [one_round(data) for _round in range(ROUNDS)]
    print(f"{REPORTS} reports a second; in a flood, {LOGINS} logins a second. Times in ms.")
    print(f"{'':16} {'p50':>8} {'p95':>8} {'p99':>8}   reports, logins by status")
    for name in KINDS:
        cuts = [statistics.quantiles(results[name][0], n=100) for results in rounds]
        medians = [statistics.median(cut[percent - 1] for cut in cuts) for percent in (50, 95, 99)]
        told = " ".join(f"{median:8.1f}" for median in medians)
        reports = sum((results[name][1] for results in rounds), Counter[int]())
        logins = sum((results[name][2] for results in rounds), Counter[int]())
        print(f"{name:16} {told}   {dict(reports)}, {dict(logins)}")


def one_round(data: Path) -> dict[str, tuple[list[float], Counter[int], Counter[int]]]:
    report = report_of(data)
    found = {}
    for name, (settings, is_flooded) in KINDS.items():
        with served(data, settings):
            found[name] = measure(report, wrong_login() if is_flooded else None)
    return found


if __name__ == "__main__":
    main()
