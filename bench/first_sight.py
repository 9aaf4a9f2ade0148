"""How soon a customer sees the answer on a slow line: python -m bench.first_sight

Chromium opens a report through a line of 150 ms round trip and 1.6 Mbit/s, on which TCP and TLS
take a round trip each before a connection's first request; looking up the name is left out. Side
by side with it, an imitation of the earlier tool's page by its figures, 4 requests and 87 kB: an
empty page, its program, its style, and then the batch as JSON, before which it shows nothing. What
is told is the time until the first words are on the screen.
"""

import asyncio
import json
import os
import shutil
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from .serving import PORT, demo_shop, first_batch, served

ROUND_TRIP = 0.150  # seconds
BYTES_A_SECOND = 1_600_000 / 8
HANDSHAKES = 2  # round trips
ROUNDS = 9
OTHER_PORT, LINE, OTHER_LINE = PORT + 1, PORT + 2, PORT + 3
SEEN = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

# The earlier tool's page, by size; its program shows the batch when it has it.
PROGRAM = b"""fetch("/api").then(it => it.json()).then(it => {
  document.body.textContent = it.status
})//"""
FILES = {
    "/": (
        "text/html",
        b"<!doctype html><link rel=stylesheet href=/s><body><script src=/p></script>",
    ),
    "/p": ("text/javascript", PROGRAM + os.urandom(38_000).hex().encode()),
    "/s": ("text/css", b"/*" + b"x" * 8_000 + b"*/"),
    "/api": ("application/json", json.dumps({"status": "Fresh"}).encode()),
}


class EarlierTool(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind, body = FILES.get(self.path, FILES["/"])
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


class Line:
    """Hands on what comes, half a round trip later, and no faster than the line carries it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.free_from = 0.0

    async def connected(self, down: asyncio.StreamReader, up: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(
            self.hand_on(down, writer, ROUND_TRIP * HANDSHAKES, is_slow=False),
            self.hand_on(reader, up, 0, is_slow=True),
            return_exceptions=True,
        )

    async def hand_on(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, wait: float, is_slow: bool
    ) -> None:
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(wait)
        while part := await source.read(1400):
            due = clock()
            if is_slow:
                self.free_from = due = max(due, self.free_from) + len(part) / BYTES_A_SECOND
            asyncio.get_running_loop().call_at(due + ROUND_TRIP / 2, target.write, part)
        await asyncio.sleep(ROUND_TRIP / 2 + max(0, self.free_from - clock()))
        target.close()


@contextmanager
def lines() -> Iterator[None]:
    """Both servers at the end of a slow line."""
    other = ThreadingHTTPServer(("127.0.0.1", OTHER_PORT), EarlierTool)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    loop = asyncio.new_event_loop()
    for near, far in ((LINE, PORT), (OTHER_LINE, OTHER_PORT)):
        loop.run_until_complete(asyncio.start_server(Line(far).connected, "127.0.0.1", near))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    yield
    other.shutdown()
    for task in asyncio.all_tasks(loop):
        loop.call_soon_threadsafe(task.cancel)
    loop.call_soon_threadsafe(loop.stop)


def first_sight(browser: Browser, address: str) -> tuple[float, int]:
    """Milliseconds until the first words are seen by a phone that was never here; requests."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda it: requests.append(it.url))
    page.goto(address)
    seen = page.wait_for_function(SEEN).json_value()
    context.close()
    return seen, len([request for request in requests if not request.startswith("data:")])


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with demo_shop() as data, served(data, "freshness.settings"), lines():
        pages = {
            "report": f"http://localhost:{LINE}/batch/{first_batch(data)}",
            "earlier tool": f"http://localhost:{OTHER_LINE}/",
        }
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            rounds = [
                {name: first_sight(browser, it) for name, it in pages.items()}
                for _round in range(ROUNDS)
            ]
            browser.close()
    medians = {name: statistics.median(results[name][0] for results in rounds) for name in pages}
    for name, median in medians.items():
        print(f"{name:13} {median:6.0f} ms, requests: {rounds[0][name][1]}")
    print(f"ratio         {medians['earlier tool'] / medians['report']:6.1f}")


if __name__ == "__main__":
    main()
