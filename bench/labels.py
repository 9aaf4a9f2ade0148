"""How soon a thousand labels are there: python -m bench.labels

First the codes of a thousand addresses, by segno alone, by the package qrcode and by the shop, each
as modules and not yet drawn; the shop begins anew in each round, with nothing kept. Then the labels
themselves, of a thousand batches and of one: each request is the first of a new worker, and what is
told is the time until its last byte is there, and the most memory that the worker had by then.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import qrcode
import segno

from batches.barcodes.qr import qr_code
from batches.rules.batch_code import new_code

from .serving import PORT, ROOT, demo_shop, running, shop
from .telling import section

ROUNDS, LABELS = 3, 1000
SITE = "http://fresh.example.com"  # a phone can open it, as far as the shop can tell
STOCKS = {"sheets": "avery-l7159", "a roll": "thermal-57x32"}
FIELDS = ["product", "batch_identifier", "arrival_date", "use_by", "shop"]
DRAWN = '<use href="#label-'
TOKEN = "a" * 32  # of the form and the cookie: whoever sends both is no other site


@dataclass(frozen=True)
class Figures:
    """Of one request: until its answer is there, and the worker's peak."""

    seconds: float
    megabytes: float


def codes_measured() -> dict[str, float]:
    """Processor seconds for a thousand codes, by who makes them: the medians of the rounds."""
    addresses = [f"{SITE}/batch/{new_code()}" for _ in range(LABELS)]
    makers = {"segno": by_segno, "qrcode": by_qrcode, "ours": by_the_shop}
    rounds = [{name: seconds(it, addresses) for name, it in makers.items()} for _ in range(ROUNDS)]
    return {name: statistics.median(results[name] for results in rounds) for name in makers}


def by_segno(text: str) -> Any:
    return segno.make_qr(text, error="m").matrix


def by_qrcode(text: str) -> Any:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    return code.get_matrix()


def by_the_shop(text: str) -> Any:
    return qr_code(text).rows


def seconds(make: Callable[[str], Any], addresses: list[str]) -> float:
    qr_code.cache_clear()
    begun = time.process_time()
    for address in addresses:
        make(address)
    return time.process_time() - begun


def labels_measured() -> dict[str, Figures]:
    """By what is asked for: the medians of the rounds."""
    with demo_shop() as data:
        filled = filled_with_batches(data)
        rounds = [dict(one_round(data, **filled)) for _ in range(ROUNDS)]
    return {name: median([results[name] for results in rounds]) for name in rounds[0]}


def median(figures: list[Figures]) -> Figures:
    return Figures(
        statistics.median(figure.seconds for figure in figures),
        statistics.median(figure.megabytes for figure in figures),
    )


def filled_with_batches(data: Path) -> dict[str, Any]:
    program = "from bench.many_batches import main; main()"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    said = subprocess.check_output(command, cwd=ROOT, env=shop(data), text=True)
    filled: dict[str, Any] = json.loads(said)
    return filled


def one_round(data: Path, cookie: str, codes: list[str]) -> Iterator[tuple[str, Figures]]:
    for chosen, copies in ((codes, 1), (codes[:1], LABELS)):
        for kind, stock in STOCKS.items():
            name = f"{LABELS:,} labels of {len(chosen):,} on {kind}"
            ask = partial(first_answer, data, cookie, expected=(DRAWN, LABELS))
            form: dict[str, Any] = {
                "batch": " ".join(chosen),
                "copies": copies,
                "stock": stock,
                "shown": stock,
                "field": FIELDS,
            }
            yield f"{name}: preview", ask("/admin/labels", form)[0]
            figures, address = ask("/admin/labels", form | {"do": "print"})
            yield f"{name}: printed", figures
            if kind == "a roll":
                written = ("^XA", len(chosen))
                yield f"{name}: ZPL", ask(f"{address}.zpl", {}, expected=written)[0]


def first_answer(
    data: Path, cookie: str, path: str, form: dict[str, Any], expected: tuple[str, int]
) -> tuple[Figures, str]:
    """The figures of what a new worker is asked first, and the path to which it leads.

    Raises RuntimeError where it does not hold as many labels as are `expected`.
    """
    body = urlencode(form | {"csrfmiddlewaretoken": TOKEN}, doseq=True).encode()
    headers = {"Cookie": f"{cookie}; csrftoken={TOKEN}"}
    with worker(data) as process:
        begun = time.perf_counter()
        with urlopen(Request(f"http://localhost:{PORT}{path}", body, headers)) as answer:
            text = answer.read().decode()
        taken = time.perf_counter() - begun
        if text.count(expected[0]) != expected[1]:
            raise RuntimeError(text[:1000])
        return Figures(taken, peak(process)), answer.url.partition(f":{PORT}")[2].partition("#")[0]


@contextmanager
def worker(data: Path) -> Iterator[psutil.Process]:
    """The only worker of the shop of `data`, which has answered nothing but its first page."""
    command = ["gunicorn", "--config", "freshness/gunicorn.conf.py", "freshness.wsgi"]
    with running(data, command, PORT, PUBLIC_URL=SITE, WEB_CONCURRENCY="1") as server:
        [process] = psutil.Process(server.pid).children()
        yield process


def peak(process: psutil.Process) -> float:
    """The most memory (MB) that it had so far, what it shares with its parent included."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    [kibibytes] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kibibytes) * 1024 / 1e6


def told() -> str:
    codes = codes_measured()
    ours = codes["ours"]
    makers = section(
        "Codes",
        f"{LABELS:,} codes of different addresses, as modules and not yet drawn; seconds of the "
        f"processor, medians of {ROUNDS} rounds, with nothing kept before.",
        ["", "seconds", "times ours"],
        [[name, f"{it:.2f}", f"{it / ours:.1f}"] for name, it in codes.items()],
    )
    labels = section(
        "Labels",
        "The first answer of a new worker, until its last byte is there, and the most memory that "
        f"it had by then; medians of {ROUNDS} rounds. Aim: of {LABELS:,} batches 2 s and 150 MB, "
        "of one 0.3 s.",
        ["", "seconds", "MB"],
        [
            [name, f"{it.seconds:.2f}", f"{it.megabytes:.0f}"]
            for name, it in labels_measured().items()
        ],
    )
    return f"{makers}\n{labels}"


if __name__ == "__main__":
    print(told())
