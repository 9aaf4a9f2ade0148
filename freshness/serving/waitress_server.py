"""The shop's own server: waitress, which runs on every system and needs no proxy in front.

gunicorn is for behind nginx, which keeps slow clients away from it; see gunicorn.conf.py.
"""

import errno
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.utils.translation import gettext as _
from waitress import create_server  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser, ParsingError  # type: ignore[import-untyped]
from waitress.wasyncore import loop  # type: ignore[import-untyped]

from ..http.middleware import WSGIApplication
from .connection_limit import connection_limit
from .request_queues import PAGES_AT_ONCE, RequestQueues

PATIENCE = 20  # seconds for a client that sends nothing, or reads nothing
SLOWEST = 1_000  # bytes a second of a file that is sent, after that
ACCEPTED_AT_ONCE = 100
STOPPING = 10  # seconds for the answers that are under way when the server is stopped
KB, MB = 1024, 1024**2
MOST_UPLOADED = 1024 * MB  # of all files that are just being sent, on the disk
STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # as far as the system has them


def listen(port: int) -> socket.socket:
    """Return a listening socket; end the program with a sentence where the port cannot be had."""
    try:
        return socket.create_server(("0.0.0.0", port), backlog=1024)  # noqa: S104
    except OSError as error:
        other = port + 1 if 1024 <= port < 65_535 else 8000
        sys.exit(port_problem(error) % {"port": port, "other": other})


def port_problem(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return _(
            "Port %(port)s is taken: another program uses it, or this shop runs already. Stop that "
            "one, or choose another port, such as PORT=%(other)s."
        )
    return _(
        "Port %(port)s cannot be used: this account may not, or another program keeps it. Choose "
        "another port, such as PORT=%(other)s."
    )


def answer_head_without_body(application: WSGIApplication) -> WSGIApplication:
    """waitress sends what it is given, and a body would be read as the next answer."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return application(environ, start_response)
        started: list[Any] = []
        body = application(environ, lambda *arguments: started.extend(arguments))
        try:
            length = sum(map(len, body))
        finally:
            getattr(body, "close", int)()
        status, headers, *error = started
        if not any(name.lower() == "content-length" for name, _value in headers):
            headers = [*headers, ("Content-Length", f"{length}")]
        start_response(status, headers, *error)
        return []

    return wrapped


class RequestParser(HTTPRequestParser):  # type: ignore[misc]
    """waitress's, but an address or a length that cannot be read is answered as a bad request."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise ParsingError(f"{error}") from error


class Connection(HTTPChannel):  # type: ignore[misc]
    parser_class = RequestParser


class Server:
    """Serve `application` on a listening socket until a signal says to stop."""

    def __init__(self, application: WSGIApplication, listening: socket.socket) -> None:
        self.sockets: dict[int, Any] = {}
        self.limit = connection_limit()
        self.waitress = create_server(
            answer_head_without_body(application),
            map=self.sockets,
            sockets=[listening],
            threads=PAGES_AT_ONCE,
            ident=None,
            connection_limit=self.limit,
            channel_timeout=PATIENCE,
            cleanup_interval=PATIENCE // 4,
            max_request_header_size=64 * KB,
            # What is a little too large is refused by freshness.http.middleware, in words.
            max_request_body_size=max(settings.LARGE_UPLOADS.values()) + MB,
            # What is larger is in a file, not in memory.
            inbuf_overflow=64 * KB,
            outbuf_overflow=128 * KB,
            outbuf_high_watermark=256 * MB,  # no thread waits for who reads slowly
            clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
            log_socket_errors=False,
        )
        self.waitress.channel_class = Connection
        self.queues = RequestQueues(self.waitress.task_dispatcher)
        self.waitress.task_dispatcher = self.queues
        self.accept_one = self.waitress.handle_accept
        self.waitress.handle_accept = self.accept_waiting
        self.first_seen: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self.is_stopping = False
        self.stop_by = float("inf")

    def run(self) -> None:
        self.listen_for_signals()
        next_look = 0.0
        while not self.is_stopping:
            self.handle_sockets(1)
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + 1
                self.close_stalled()
        self.finish_answers()
        self.waitress.task_dispatcher.shutdown()

    def listen_for_signals(self) -> None:
        for name in STOP_SIGNALS:
            number = getattr(signal, name, None)
            # Who is started by nohup goes on when the terminal is closed.
            if number and not (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):
                signal.signal(number, self.stop)

    def stop(self, number: int, frame: Any) -> None:
        """The first signal lets answers be finished, the second does not wait for them."""
        self.stop_by = time.monotonic() + (0 if self.is_stopping else STOPPING)
        self.is_stopping = True
        self.waitress.pull_trigger()

    def handle_sockets(self, seconds: float) -> None:
        """Read and write what can be read and written; wait up to `seconds` where nothing can."""
        loop(seconds, use_poll=hasattr(select, "poll"), map=self.sockets, count=1)
        self.queues.add_sent()

    def accept_waiting(self) -> None:
        """Accept all who wait: waitress looks at every connection before it accepts one more."""
        for _client in range(ACCEPTED_AT_ONCE):
            if len(self.sockets) >= self.limit - 1 and not self.close_oldest_unasked():
                return
            before = len(self.sockets)
            self.accept_one()
            if len(self.sockets) == before:
                return

    def close_oldest_unasked(self) -> bool:
        """Make room for another where all connections are taken: nobody keeps one by waiting."""
        long_ago = time.time() - 2  # an answer that is not read for so long is not waited for
        for connection in self.connections():
            is_unread = connection.total_outbufs_len and connection.last_activity < long_ago
            is_idle = not connection.total_outbufs_len and not connection.requests
            if is_unread or is_idle:
                connection.handle_close()
                return True
        return False

    def connections(self) -> list[Any]:
        return list(self.waitress.active_channels.values())

    def close_stalled(self) -> None:
        now = time.time()  # as waitress has it
        for connection in self.connections():
            if self.is_stalled(connection, now):
                connection.handle_close()
        self.close_largest_uploads()

    def close_largest_uploads(self) -> None:
        """Nobody fills the disk with files that never end."""
        uploads = [it for it in self.connections() if it.request]
        uploaded = sum(upload.request.body_bytes_received for upload in uploads)
        uploads.sort(key=lambda it: it.request.body_bytes_received)
        while uploaded > MOST_UPLOADED:
            largest = uploads.pop()
            uploaded -= largest.request.body_bytes_received
            largest.handle_close()

    def is_stalled(self, connection: Any, now: float) -> bool:
        """Whether its client has not read, or not sent a whole request, for too long."""
        if connection.total_outbufs_len:
            return bool(now - connection.last_activity > PATIENCE)
        if connection.requests or connection.request is None:
            return False  # it is being answered, or waitress closes it
        first_seen = self.first_seen.setdefault(connection.request, now)
        seconds = PATIENCE + connection.request.body_bytes_received / SLOWEST
        return bool(now - first_seen > seconds)

    def finish_answers(self) -> None:
        """Take no more requests, and send what is under way."""
        self.waitress.del_channel()
        self.waitress.socket.close()
        while (connections := self.connections()) and time.monotonic() < self.stop_by:
            for connection in connections:
                if not connection.requests and not connection.total_outbufs_len:
                    connection.handle_close()
            self.handle_sockets(0.1)
