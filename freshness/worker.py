"""gunicorn's worker with threads, of which a slow client holds none."""

import re
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from socket import (
    MSG_DONTWAIT,
    MSG_PEEK,
    SO_RCVLOWAT,
    SO_RCVTIMEO,
    SO_SNDBUF,
    SO_SNDTIMEO,
    SOL_SOCKET,
)
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

PATIENCE = (
    20  # seconds for a request to arrive, and for a thread that waits for a client's next byte
)
LARGEST = 64 * 1024  # bytes: no request without a file is larger
ROOM_FOR_ANSWER = 256 * 1024  # bytes: no public page is larger
REPORT = b"GET /batch/"
REPORTS_AT_ONCE = 8  # measured by bench/crowd.py, beside 4 threads for all else
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})", re.I)


class Worker(ThreadWorker):  # type: ignore[misc] # it has no types
    """A request takes a thread when it is all there; of one with a file, LARGEST bytes.

    gunicorn lends a thread to each new connection: as many phones with a bad signal, or spare
    connections of browsers, as there are threads would stop a shop that has no proxy before it.
    """

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """What customers read has threads of its own: it does not queue behind the portal."""
        self.for_reports = ThreadPoolExecutor(REPORTS_AT_ONCE)
        pool: ThreadPoolExecutor = super().get_thread_pool()
        return pool

    def enqueue_req(self, conn: Any) -> None:
        if not hasattr(conn, "arrives_by"):
            prepare(conn)
        seen = seen_of(conn)
        if seen is None or is_whole(seen):
            self.lend_a_thread(conn, seen or b"")
        else:
            self.wait_for_more(conn, than=len(seen))

    def lend_a_thread(self, conn: Any, seen: bytes) -> None:
        conn.arrives_by = None
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVLOWAT, 1)
        pool = self.for_reports if seen.startswith(REPORT) else self.tpool
        answering = pool.submit(self.handle, conn)
        finish = partial(self.method_queue.defer, self.finish_request, conn)
        answering.add_done_callback(finish)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """For Ctrl-C: as for SIGTERM, but without a wait for connections on which nothing is asked.

        gunicorn's own leaves the loop wherever it is: where that was about to lend a thread, it may
        then wait for that thread without end.
        """
        self.cfg.set("graceful_timeout", 0)
        self.handle_exit(sig, frame)

    def wait_for_more(self, conn: Any, than: int) -> None:
        """`murder_pending` closes the connection when the time is over."""
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVLOWAT, than + 1)
        conn.arrives_by = conn.arrives_by or time.monotonic() + PATIENCE
        conn.timeout = conn.arrives_by
        conn.sock.setblocking(False)
        self.pending_conns.append(conn)
        is_readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, is_readable)


def prepare(conn: Any) -> None:
    """An answer that has room leaves its thread at once, however slowly it is read."""
    conn.arrives_by = None
    conn.sock.setsockopt(SOL_SOCKET, SO_SNDBUF, ROOM_FOR_ANSWER)
    for waiting in (SO_RCVTIMEO, SO_SNDTIMEO):
        conn.sock.setsockopt(SOL_SOCKET, waiting, struct.pack("ll", PATIENCE, 0))


def seen_of(conn: Any) -> bytes | None:
    """What has come of its next request; None where a thread has to look at the connection."""
    if conn.parser and conn.parser.unreader.buf.getvalue():
        return None  # read already, behind the request before it
    try:
        return conn.sock.recv(LARGEST, MSG_PEEK | MSG_DONTWAIT) or None  # None: it is closed
    except BlockingIOError:
        return b""
    except OSError:
        return None


def is_whole(seen: bytes) -> bool:
    head, end, body = seen.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    missing = int(length[1]) - len(body) if length else 0
    return bool(end and missing <= 0) or len(seen) == LARGEST or b"100-continue" in head
