"""What nginx adds to the reports: python -m bench.proxy

Side by side, each served on one core, with wrk on another: a static file that is as large as a
report, the report as nginx of deploy/nginx.conf keeps it, and the report from one worker of
gunicorn, both as they come and compressed. In each round all of them are asked in turn; the medians
of the rounds are told. Then a thousand phones ask for one label at once, which nobody has asked for
before, and what gunicorn is asked of it is counted.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from .load import LOAD_CORE, SERVER_CORE, a_second, need, pinned
from .nginx import changed, configuration, nginx
from .serving import PORT, demo_shop, first_batch, running
from .telling import section

ROUNDS, SECONDS, PHONES = 3, 2, 1_000
PROXY, STATIC = PORT + 4, PORT + 6
ENCODINGS = {"": "identity", ", compressed": "gzip"}


@contextmanager
def proxied(data: Path, folder: Path) -> Iterator[None]:
    """One worker of each, and their requests in `folder`: gunicorn.log."""
    gunicorn = ["gunicorn", "--config", "freshness/gunicorn.conf.py", "--workers", "1"]
    gunicorn += ["--bind", f"127.0.0.1:{PORT}", "--access-logfile", f"{folder}/gunicorn.log"]
    static = f"server {{ listen 127.0.0.1:{STATIC}; location / {{ root {folder}/files; }} }}"
    text = configuration(folder, PROXY, [PORT], "localhost")
    # All of them come from this machine.
    text = changed(text, {r"^ +limit_(?:conn reading|req zone=readers) .*\n": ""})
    with (
        pinned(SERVER_CORE),
        running(data, [*gunicorn, "freshness.wsgi"], PORT),
        nginx(folder, PROXY, text, static),
        pinned(LOAD_CORE),
    ):
        yield


def measured() -> tuple[dict[str, float], int]:
    """Answers a second by name, and how often gunicorn was asked by the thousand phones."""
    with demo_shop() as data, tempfile.TemporaryDirectory() as name, proxied(data, Path(name)):
        path, folder = f"/batch/{first_batch(data)}", Path(name)
        asked = asked_by_a_crowd(path, folder / "gunicorn.log")
        (folder / "files").mkdir()
        for encoding in ENCODINGS.values():
            (folder / "files" / encoding).write_bytes(answer(path, encoding))
        rounds = [one_round(path) for _round in range(ROUNDS)]
    return {
        name: statistics.median(results[name] for results in rounds) for name in rounds[0]
    }, asked


def one_round(path: str) -> dict[str, float]:
    rates = {}
    for name, encoding in ENCODINGS.items():
        accepted = [f"Accept-Encoding: {encoding}", "Accept-Language: tr-TR,tr;q=0.9,en;q=0.8"]
        rates[f"static file{name}"] = a_second(
            SECONDS, f"http://localhost:{STATIC}/{encoding}", *accepted
        )
        rates[f"report, nginx{name}"] = a_second(
            SECONDS, f"http://localhost:{PROXY}{path}", *accepted
        )
    rates["report, gunicorn"] = a_second(SECONDS, f"http://localhost:{PORT}{path}", *accepted)
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


def told() -> str:
    medians, asked = measured()
    rows = [[f"{name}", f"{it:,.0f}", ratio(name, medians)] for name, it in medians.items()]
    words = (
        f"Answers a second, each server on one core and wrk on another; medians of {ROUNDS} rounds "
        f"of {SECONDS} seconds. The static file is as large as the report. Aim: 0.6 of it. Of "
        f"{PHONES:,} phones at one label that nobody had asked for, gunicorn was asked by {asked}. "
        "Aim: 1."
    )
    return section("Behind nginx", words, ["", "a second", "ratio to the static file"], rows)


def ratio(name: str, medians: dict[str, float]) -> str:
    _what, compressed, _rest = name.partition(", compressed")
    return f"{medians[name] / medians[f'static file{compressed}']:.2f}"


if __name__ == "__main__":
    need("nginx", "wrk")
    print(told())
