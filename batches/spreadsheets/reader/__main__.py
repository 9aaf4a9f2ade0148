"""Reads one file in a process of its own: what it holds cannot harm the server.

Its standard input is the file, its argument the request as JSON. It answers in lines of JSON.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from .errors import ReadError
from .limits import MOST_SECONDS
from .table import Request, Row, read_table

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


def answer(argument: str) -> Iterator[dict[str, Any] | Row]:
    """What was read without its rows, then each row; or why it cannot be read."""
    request = Request(**json.loads(argument))
    try:
        table = read_table(sys.stdin.buffer, request)
    except ReadError as error:
        yield {"error": error.code, "params": error.params}
        return
    yield table._asdict() | {"rows": len(table.rows)}
    yield from table.rows


def main() -> None:
    limit_memory_and_time()
    for part in answer(sys.argv[1]):
        sys.stdout.write(f"{json.dumps(part)}\n")


if __name__ == "__main__":
    main()
