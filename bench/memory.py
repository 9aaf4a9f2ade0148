"""How soon the shop is served, and in what memory: python -m bench.memory

The time from its start until the first page, several times; then a shop with a
thousand batches is asked for reports, other public pages and the portal, and its memory read.
"""

import statistics
import time
from collections.abc import Iterator

import psutil

from .crowd import asking, mixed
from .labels import filled_with_batches
from .load import CONNECTIONS, LOAD_CORE, SERVER_CORE, need, pinned, wrk
from .serving import PORT, SERVE, demo_shop, running
from .telling import section

STARTS = 5
ASKED = (10_000, 100_000)  # requests
REPORTS_OF_EACH = 16  # so that of 43 requests 40 are for reports and 1 for the portal
AT_ONCE = 5  # seconds of them


def measured() -> tuple[float, dict[int, float]]:
    """Seconds to the first page, and MB after so many requests."""
    with demo_shop() as data:
        filled = filled_with_batches(data)
        starts = []
        for _start in range(STARTS):
            begun = time.perf_counter()
            with pinned(SERVER_CORE), running(data, SERVE, PORT):
                starts.append(time.perf_counter() - begun)
        with pinned(SERVER_CORE), running(data, SERVE, PORT) as server:
            memory = dict(as_it_is_asked(psutil.Process(server.pid), **filled))
    return statistics.median(starts), memory


def as_it_is_asked(
    server: psutil.Process, cookie: str, codes: list[str]
) -> Iterator[tuple[int, float]]:
    asked, paths = 0, asking(cookie, mixed(codes, REPORTS_OF_EACH))
    for most in (0, *ASKED):
        while asked < most:
            with pinned(LOAD_CORE):
                asked += wrk(CONNECTIONS, AT_ONCE, *paths).requests
        yield asked, megabytes(server)


def megabytes(process: psutil.Process) -> float:
    """In the machine's memory."""
    return float(process.memory_info().rss / 1e6)


def told() -> str:
    start, memory = measured()
    return section(
        "Start and memory",
        f"The shop's first page was served {start:.2f} s after the start, the median of {STARTS} "
        "starts. Aim: 2 s. Then it was asked for reports, other public pages and the portal. Aim: "
        "under 90 MB after 10,000, and no more after 100,000.",
        ["requests so far", "MB"],
        [[f"{asked:,}", f"{it:.1f}"] for asked, it in memory.items()],
    )


if __name__ == "__main__":
    need("wrk")
    print(told())
