"""What each page costs shops of 10,000, 100,000 and 1,000,000 batches: python -m bench.sizes

Each in a process of its own, without a network: on SQLite, and on PostgreSQL where DATABASE_URL
names one; there it makes a database for each size, and drops it in the end. How the databases find
what they are asked for at a million is written into bench/PLANS.md.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from .load import SERVER_CORE, need, pinned
from .serving import ROOT, shop
from .telling import section

SIZES = (10_000, 100_000, 1_000_000)
LONGEST = 240  # characters of a line
PLANS = ROOT / "bench" / "PLANS.md"

Figures = dict[str, Any]  # of one page, as bench/at_size.py tells them


def measured() -> dict[str, dict[int, dict[str, Figures]]]:
    """By database, size and page."""
    urls = {"SQLite": on_sqlite}
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        urls["PostgreSQL"] = on_postgresql
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        shops = {name: stack.enter_context(made()) for name, made in urls.items()}
        all_shops = [(url, size) for it in shops.values() for size, url in it.items()]
        list(pool.map(lambda it: fill(*it), all_shops))
        return {name: {size: pages(url) for size, url in it.items()} for name, it in shops.items()}


@contextmanager
def on_sqlite() -> Iterator[dict[int, str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield {size: f"sqlite:///{folder}/{size}.sqlite3" for size in SIZES}


@contextmanager
def on_postgresql() -> Iterator[dict[int, str]]:
    url = os.environ["DATABASE_URL"]
    names = {size: f"bench_{os.getpid()}_{size}" for size in SIZES}
    with psycopg.connect(url, autocommit=True) as connection:
        for name in names.values():
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield {size: urlsplit(url)._replace(path=name).geturl() for size, name in names.items()}
        finally:
            for name in names.values():
                connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


def fill(url: str, size: int) -> None:
    for command in ("migrate", "demo"):
        manage(url, command)
    manage(url, "shell", "--no-imports", "-c", f"from bench.filled import fill; fill({size})")


def pages(url: str) -> dict[str, Figures]:
    with pinned(SERVER_CORE):
        said = manage(url, "shell", "--no-imports", "-c", "from bench.at_size import main; main()")
    figures: dict[str, Figures] = json.loads(said)
    return figures


def manage(url: str, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    environment = shop(Path()) | {"DATABASE_URL": url}
    return subprocess.check_output(command, cwd=ROOT, env=environment, text=True)


def told() -> str:
    found = measured()
    PLANS.write_text(plans({name: sizes[SIZES[-1]] for name, sizes in found.items()}))
    return "\n".join(of_one_database(name, sizes) for name, sizes in found.items())


def of_one_database(name: str, sizes: dict[int, dict[str, Figures]]) -> str:
    least, *_between, most = sizes.values()
    head = ["", *(f"p50 at {size:,}" for size in sizes), "ratio", f"p95 at {SIZES[-1]:,}"]
    return section(
        f"At size, {name}",
        "Times in ms, in one process, without a network; the ratio is that of the medians at "
        f"{SIZES[-1]:,} and at {SIZES[0]:,} batches. Aim: 2, where an answer is as long as there; "
        "how long it is at the two is told in kB.",
        [*head, "queries", "kB"],
        [
            [
                page,
                *(f"{percentile(it[page], 50):,.1f}" for it in sizes.values()),
                f"{percentile(most[page], 50) / percentile(least[page], 50):.2f}",
                f"{percentile(most[page], 95):,.1f}",
                f"{most[page]['queries']}",
                f"{least[page]['bytes'] / 1000:,.0f}, {most[page]['bytes'] / 1000:,.0f}",
            ]
            for page in least
        ],
    )


def percentile(figures: Figures, percent: int) -> float:
    times: list[float] = sorted(figures["times"])
    return times[ceil(len(times) * percent / 100) - 1]


def plans(found: dict[str, dict[str, Figures]]) -> str:
    lines = [
        "# How it is found at a million batches",
        "",
        "The queries that read a batch's tables, and their plans, as bench/sizes.py wrote them "
        "down; each once, with the first page that asks it.",
    ]
    for name, pages in found.items():
        told = set()
        for page, figures in pages.items():
            lines += ["", f"## {name}, {page}", ""]
            for sql, plan in figures["plans"]:
                query = [in_short(sql), *(in_short(f"    {line}") for line in plan.splitlines())]
                if query[0] not in told:
                    lines += ["```", *query, "```"]
                told.add(query[0])
    return "\n".join([*lines, ""])


def in_short(line: str) -> str:
    """With one of many codes or days, and no more of a long condition than tells which it is."""
    line = line.replace("batches_batch.", "")
    line = re.sub(r"(%s|'{?[\w-]+)(,\s*[\w%'-]+)+", r"\1, …", line)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} …"


if __name__ == "__main__":
    need()
    print(told())
