"""How a line of the log is written. What is nobody's business does not get into one."""

import logging
import sys
from logging.handlers import WatchedFileHandler
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from freshness.config.validators import HIDDEN

from ..http.request_ids import request_id

log = logging.getLogger("freshness.logs")

# All that a line may hold: not what libraries add, such as the request with its cookies.
FIELDS = [
    *("at", "level", "logger", "event", "request_id", "method", "view", "status", "ms", "user"),
    *("exc_info", "stack_info"),
]


class PlainLine(logging.Formatter):
    """One line for each record, whatever a client sent: none looks like two, or like another."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        line = HIDDEN.sub(lambda sign: ascii(sign[0])[1:-1], super().formatMessage(record))
        number = request_id()
        return f"{line} (request {number})" if number else line


class JsonLine(JsonFormatter):
    """A JSON object for each record, in one line, its traceback included."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data |= {"level": record.levelname, "logger": record.name}
        if number := request_id():
            log_data["request_id"] = number
        for name in log_data.keys() - FIELDS:
            del log_data[name]


class FileOfEvents(WatchedFileHandler):
    """Where it cannot be written, as on a full disk, people still get in, and the log says so."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:  # it cannot even be opened
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        log.error("%s is not written to: %s", self.baseFilename, sys.exc_info()[1])


def without_path(record: logging.LogRecord) -> bool:
    """A filter that names the view instead of the path: a path may hold the token of a reset."""
    if isinstance(record.args, tuple) and (request := getattr(record, "request", None)):
        match = getattr(request, "resolver_match", None)
        view = match.view_name if match else "no page"
        record.args = tuple(view if arg == request.path else arg for arg in record.args)
    elif isinstance(record.args, tuple) and record.name.startswith(("gunicorn.", "waitress")):
        record.args = tuple("…" if str(arg).startswith("/") else arg for arg in record.args)
    return True
