"""What nginx adds to the reports: python -m bench.proxy

Side by side, each served on one core, with wrk on another: a static file that is as large as a
report, the report as nginx of deploy/nginx.conf keeps it, and the report from one worker of
gunicorn, both as they come and compressed. In each round all of them are asked in turn; the medians
of the rounds are told. Then a thousand phones ask for one label at once, which nobody has asked for
before, and what gunicorn is asked of it is counted.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import sched_getaffinity, sched_setaffinity
from pathlib import Path
from urllib.request import Request, urlopen

from .nginx import configuration, nginx
from .reports import LOAD_CORE, SERVER_CORE, rate
from .serving import PORT, demo_shop, first_batch, running

ROUNDS, PHONES = 5, 1_000
PROXY, INNER, STATIC = PORT + 4, PORT + 5, PORT + 6
ENCODINGS = {"": "identity", ", compressed": "gzip"}


@contextmanager
def proxied(data: Path, folder: Path) -> Iterator[None]:
    """One worker of each, and their requests in `folder`: gunicorn.log."""
    gunicorn = ["gunicorn", "--config", "freshness/gunicorn.conf.py", "--workers", "1"]
    gunicorn += ["--bind", f"127.0.0.1:{PORT}", "--access-logfile", f"{folder}/gunicorn.log"]
    static = f"server {{ listen 127.0.0.1:{STATIC}; location / {{ root {folder}/files; }} }}"
    text = configuration(folder, PROXY, INNER, PORT, "localhost")
    cores = sched_getaffinity(0)
    sched_setaffinity(0, {SERVER_CORE})  # what is started from here on stays there
    with running(data, [*gunicorn, "freshness.wsgi"], PORT), nginx(folder, PROXY, text, static):
        sched_setaffinity(0, {LOAD_CORE})
        yield
    sched_setaffinity(0, cores)


def measured() -> tuple[dict[str, float], int]:
    """Answers a second by name, and how often gunicorn was asked by the thousand phones."""
    with demo_shop() as data, tempfile.TemporaryDirectory() as name, proxied(data, Path(name)):
        path, folder = f"/batch/{first_batch(data)}", Path(name)
        asked = asked_by_a_crowd(path, folder / "gunicorn.log")
        (folder / "files").mkdir()
        for encoding in ENCODINGS.values():
            (folder / "files" / encoding).write_bytes(answer(path, encoding))
        rounds = [one_round(path) for _round in range(ROUNDS)]
    return {name: statistics.median(it[name] for it in rounds) for name in rounds[0]}, asked


def one_round(path: str) -> dict[str, float]:
    rates = {}
    for name, encoding in ENCODINGS.items():
        accepted = [f"Accept-Encoding: {encoding}", "Accept-Language: tr-TR,tr;q=0.9,en;q=0.8"]
        rates[f"static file{name}"] = rate(f"http://localhost:{STATIC}/{encoding}", accepted)
        rates[f"report, nginx{name}"] = rate(f"http://localhost:{PROXY}{path}", accepted)
    rates["report, gunicorn"] = rate(f"http://localhost:{PORT}{path}", accepted)
    return rates


def answer(path: str, encoding: str) -> bytes:
    request = Request(f"http://localhost:{PROXY}{path}", headers={"Accept-Encoding": encoding})
    with urlopen(request) as response:
        body: bytes = response.read()
    return body


def asked_by_a_crowd(path: str, log: Path) -> int:
    """Raises RuntimeError where one of them got no report."""
    statuses = asyncio.run(crowd(path))
    if statuses != {b"HTTP/1.1 200 OK\r\n"}:
        raise RuntimeError(statuses)
    return log.read_text().count(f"GET {path} ")


async def crowd(path: str) -> set[bytes]:
    """What all of them are told, each on a connection of its own that is open before."""
    lines = [await asyncio.open_connection("127.0.0.1", PROXY) for _phone in range(PHONES)]
    for _reader, writer in lines:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    statuses = await asyncio.gather(*(reader.readline() for reader, _writer in lines))
    for _reader, writer in lines:
        writer.close()
    return set(statuses)


def main() -> None:
    if not all(map(shutil.which, ("nginx", "wrk"))):
        sys.exit("nginx and wrk must be installed first.")
    medians, asked = measured()
    for name, median in medians.items():
        print(f"{name:26} {median:8,.0f} a second")
    for name in ENCODINGS:
        ratio = medians[f"report, nginx{name}"] / medians[f"static file{name}"]
        print(f"ratio of the two{name:10} {ratio:8.2f}")
    print(f"of {PHONES:,} phones at one label, gunicorn was asked by {asked}")


if __name__ == "__main__":
    main()
