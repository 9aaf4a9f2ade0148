"""Reads one file in a process of its own: what it holds cannot harm the server.

Its standard input is the file, its argument the request as JSON. It answers in JSON.
"""

import json
import sys
from contextlib import suppress
from typing import Any

from .errors import ReadError
from .limits import MOST_SECONDS
from .table import Request, read_table

MOST_MEMORY = 768 * 1024**2  # bytes of address space


def limit_memory_and_time() -> None:
    """Where the system can and a sandbox allows it; the reader's own limits hold everywhere."""
    try:
        import resource
    except ImportError:  # Windows
        return
    seconds = int(MOST_SECONDS) + 5
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0}
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = MOST_MEMORY
    for kind, most in limits.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def answer(argument: str) -> dict[str, Any]:
    request = json.loads(argument)
    try:
        return read_table(sys.stdin.buffer, Request(**request))._asdict()
    except ReadError as error:
        return {"error": error.code, "params": error.params}


def main() -> None:
    limit_memory_and_time()
    written = json.dumps(answer(sys.argv[1]))
    sys.stdout.write(written)


if __name__ == "__main__":
    main()
