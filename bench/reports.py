"""How many reports a worker answers in a second: make bench

Side by side, each by one worker on one core, with wrk on another: a constant body from bare
gunicorn, a constant body from Django through the shop's own middleware, the report, the report to
a phone that has it already, and the same batch as JSON from FastAPI. In each round all of them are
asked in turn; the medians of the rounds are written into bench/RESULTS.md.
"""

import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from os import sched_getaffinity, sched_setaffinity
from pathlib import Path
from urllib.request import urlopen

from .serving import PORT, ROOT, demo_shop, first_batch, running

ROUNDS, SECONDS, CONNECTIONS = 5, 4, 8
SERVER_CORE, LOAD_CORE = 0, 1
BARE, CONSTANT, FASTAPI = PORT + 1, PORT + 2, PORT + 3

MEANING = {
    "bare gunicorn": "A constant body, and no Django: the most that any page could reach.",
    "Django, constant": "A constant body through the shop's own middleware.",
    "report": "The report of a batch; its page is kept, whether it still holds is asked each time.",
    "report, 304": "The same to a phone that has it already.",
    "FastAPI, JSON": "The same batch as JSON, by bench/fastapi_reference.py.",
}


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("wrk must be installed first.")
    if len(sched_getaffinity(0)) < 2:
        sys.exit("Two cores are needed: one for the servers and one for the load.")
    with demo_shop() as data, all_served(data):
        addresses = what_is_asked(f"/batch/{first_batch(data)}")
        rounds = [{name: rate(*it) for name, it in addresses.items()} for _round in range(ROUNDS)]
    medians = {name: statistics.median(it[name] for it in rounds) for name in addresses}
    text = told(medians)
    (ROOT / "bench" / "RESULTS.md").write_text(text)
    print(text)


@contextmanager
def all_served(data: Path) -> Iterator[None]:
    gunicorn = ["gunicorn", "--config", "freshness/gunicorn.conf.py", "--workers", "1", "--bind"]
    uvicorn = ["uvicorn", "--port", f"{FASTAPI}", "--log-level", "warning", "--no-access-log"]
    constant = {"DJANGO_SETTINGS_MODULE": "bench.constant"}
    cores = sched_getaffinity(0)
    sched_setaffinity(0, {SERVER_CORE})  # what is started from here on stays there
    with (
        running(data, [*gunicorn, f"127.0.0.1:{BARE}", "bench.bare"], BARE),
        running(data, [*gunicorn, f"127.0.0.1:{PORT}", "freshness.wsgi"], PORT),
        running(data, [*gunicorn, f"127.0.0.1:{CONSTANT}", "freshness.wsgi"], CONSTANT, **constant),
        running(data, [*uvicorn, "bench.fastapi_reference:app"], FASTAPI),
    ):
        sched_setaffinity(0, {LOAD_CORE})
        yield
    sched_setaffinity(0, cores)


def what_is_asked(path: str) -> dict[str, tuple[str, list[str]]]:
    """By name: the address, and the headers."""
    report = f"http://localhost:{PORT}{path}"
    with urlopen(report) as answer:
        etag = answer.headers["ETag"]
    return {
        "bare gunicorn": (f"http://localhost:{BARE}/", []),
        "Django, constant": (f"http://localhost:{CONSTANT}/constant", []),
        "report": (report, []),
        "report, 304": (report, [f"If-None-Match: {etag}"]),
        "FastAPI, JSON": (f"http://localhost:{FASTAPI}{path}", []),
    }


def rate(address: str, headers: list[str]) -> float:
    """Answers a second. Raises RuntimeError where one of them failed."""
    named = [part for it in headers for part in ("--header", it)]
    load = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *named, address]
    said = subprocess.check_output(load, text=True)
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    [a_second] = re.findall(r"Requests/sec:\s+([\d.]+)", said)
    return float(a_second)


def told(medians: dict[str, float]) -> str:
    report = medians["report"]
    rows = [
        f"| {name} | {median:,.0f} | {report / median:.2f} | {MEANING[name]} |"
        for name, median in medians.items()
    ]
    return "\n".join(
        [
            "# Results",
            "",
            f"`make bench` wrote this on {date.today():%d %B %Y}, on one machine ({processor()}): "
            f"each server one worker on one core, the load ({CONNECTIONS} connections of wrk) on "
            f"another, SQLite, the medians of {ROUNDS} rounds of {SECONDS} seconds. Figures of "
            "another machine differ; the ratios should not by much.",
            "",
            "| | answers a second | the report's ratio to it | what it is |",
            "|---|---:|---:|---|",
            *rows,
            "",
        ]
    )


def processor() -> str:
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return names[0] if names else "processor without a name"


if __name__ == "__main__":
    main()
