"""wrk, and the two cores: one for what serves, one for what asks."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import sched_getaffinity, sched_setaffinity

SERVER_CORE, LOAD_CORE = 0, 1
CONNECTIONS = 8  # enough to keep one worker busy
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """What wrk found; times in ms."""

    requests: int
    a_second: float
    p50: float
    p99: float


def wrk(connections: int, seconds: int, *rest: str) -> Load:
    """`rest` are its options and the address. Raises RuntimeError where an answer failed."""
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    said = subprocess.check_output(["wrk", *options, *rest], text=True)
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    [requests] = re.findall(r"(\d+) requests in", said)
    [a_second] = re.findall(r"Requests/sec:\s+([\d.]+)", said)
    times = [re.findall(rf"{percent}%\s+([\d.]+)(us|ms|s)\s", said)[0] for percent in (50, 99)]
    p50, p99 = (float(number) * UNITS[unit] for number, unit in times)
    return Load(int(requests), float(a_second), p50, p99)


def a_second(seconds: int, address: str, *headers: str) -> float:
    named = [part for header in headers for part in ("--header", header)]
    return wrk(CONNECTIONS, seconds, *named, address).a_second


def need(*programs: str) -> None:
    """Ends the program where one of them, or a second core, is not there."""
    for name in programs:
        if not shutil.which(name):
            sys.exit(f"{name} must be installed first.")
    if not {SERVER_CORE, LOAD_CORE} <= sched_getaffinity(0):
        sys.exit("Two cores are needed: one for the servers and one for the load.")


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started meanwhile stays on this core."""
    before = sched_getaffinity(0)
    sched_setaffinity(0, {core})
    yield
    sched_setaffinity(0, before)
