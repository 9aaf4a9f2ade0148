"""The number of a request: on each line that is logged while it is answered, and on its answer."""

import re
import secrets
from contextvars import ContextVar
from typing import Any

from django.conf import settings

HEADER = "X-Request-ID"
SANE = re.compile(r"[\w-]{8,64}", re.ASCII)

request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_id(environ: dict[str, Any]) -> str:
    """The one the proxy gave it, or a new one: nobody else may choose it."""
    given = environ.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
    return given if SANE.fullmatch(given) else secrets.token_hex(8)
