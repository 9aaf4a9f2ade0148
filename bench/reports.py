"""How many reports a worker answers in a second: python -m bench.reports

Side by side, each by one worker on one core, with wrk on another: a constant body from bare
gunicorn, a constant body from Django through the shop's own middleware, the report, the report to
a phone that has it already, and the same batch as JSON from FastAPI. In each round all of them are
asked in turn; what is told is the medians of the rounds.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from .load import CONNECTIONS, LOAD_CORE, SERVER_CORE, a_second, need, pinned
from .serving import PORT, demo_shop, first_batch, running
from .telling import section

ROUNDS, SECONDS = 5, 2
BARE, CONSTANT, FASTAPI = PORT + 1, PORT + 2, PORT + 3

MEANING = {
    "bare gunicorn": "A constant body, and no Django: the most that any page could reach.",
    "Django, constant": "A constant body through the shop's own middleware. Aim: 0.85.",
    "report": "The report of a batch; its page is kept, whether it still holds is asked each time.",
    "report, 304": "The same to a phone that has it already.",
    "FastAPI, JSON": "The same batch as JSON, by bench/fastapi_reference.py. Aim: 2.5.",
}


def measured() -> dict[str, float]:
    with demo_shop() as data, all_served(data), pinned(LOAD_CORE):
        addresses = what_is_asked(f"/batch/{first_batch(data)}")
        rounds = [
            {name: a_second(SECONDS, *it) for name, it in addresses.items()}
            for _round in range(ROUNDS)
        ]
    return {name: statistics.median(results[name] for results in rounds) for name in addresses}


@contextmanager
def all_served(data: Path) -> Iterator[None]:
    gunicorn = ["gunicorn", "--config", "freshness/gunicorn.conf.py", "--workers", "1", "--bind"]
    uvicorn = ["uvicorn", "--port", f"{FASTAPI}", "--log-level", "warning", "--no-access-log"]
    constant = {"DJANGO_SETTINGS_MODULE": "bench.constant"}
    with (
        pinned(SERVER_CORE),
        running(data, [*gunicorn, f"127.0.0.1:{BARE}", "bench.bare"], BARE),
        running(data, [*gunicorn, f"127.0.0.1:{PORT}", "freshness.wsgi"], PORT),
        running(data, [*gunicorn, f"127.0.0.1:{CONSTANT}", "freshness.wsgi"], CONSTANT, **constant),
        running(data, [*uvicorn, "bench.fastapi_reference:app"], FASTAPI),
    ):
        yield


def what_is_asked(path: str) -> dict[str, list[str]]:
    """By name: the address, and the headers."""
    report = f"http://localhost:{PORT}{path}"
    with urlopen(report) as answer:
        etag = answer.headers["ETag"]
    return {
        "bare gunicorn": [f"http://localhost:{BARE}/"],
        "Django, constant": [f"http://localhost:{CONSTANT}/constant"],
        "report": [report],
        "report, 304": [report, f"If-None-Match: {etag}"],
        "FastAPI, JSON": [f"http://localhost:{FASTAPI}{path}"],
    }


def told() -> str:
    medians = measured()
    report = medians["report"]
    return section(
        "Reports",
        f"Answers a second of one worker on one core; the load, {CONNECTIONS} connections of wrk, "
        f"on another. SQLite. Medians of {ROUNDS} rounds of {SECONDS} seconds each.",
        ["", "a second", "the report's ratio to it", "what it is"],
        [
            [name, f"{median:,.0f}", f"{report / median:.2f}", MEANING[name]]
            for name, median in medians.items()
        ],
    )


if __name__ == "__main__":
    need("wrk")
    print(told())
