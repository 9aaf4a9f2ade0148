"""A constant body from gunicorn, without Django: the most that any page could reach."""

from collections.abc import Callable
from typing import Any

BODY = b"x" * 9_000  # as large as a report


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(BODY)))])
    return [BODY]
