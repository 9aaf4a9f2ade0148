"""The number of a request: on each line that is logged while it is answered, and on its answer."""

import re
import secrets
from contextvars import ContextVar
from typing import Any

from django.conf import settings

HEADER = "X-Request-ID"
SANE = re.compile(r"[\w-]{8,64}", re.ASCII)
KEY = "freshness.request_id"

# The environ of the request that is being answered.
answering: ContextVar[dict[str, Any] | None] = ContextVar("answering", default=None)


def request_id() -> str:
    """That of the request that is being answered here; empty where none is.

    It is made when it is first asked for: most reports are read and nothing is said of them.
    """
    environ = answering.get()
    if environ is None:
        return ""
    if KEY not in environ:
        environ[KEY] = given_by_proxy(environ) or secrets.token_hex(8)
    number: str = environ[KEY]
    return number


def given_by_proxy(environ: dict[str, Any]) -> str:
    """Nobody else may choose it."""
    given = environ.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
    return given if SANE.fullmatch(given) else ""
