"""Serves the metrics to this machine or its own network, on a port of their own.

`manage.py serve` is one process, which tells its own numbers. Of gunicorn there are several: its
master opens the port, so that a start fails where it is taken. One worker at a time answers there:
whichever has a lock, which a worker that dies gives away. The numbers of the processes are in
files, so any of them can tell those of all.
"""

import atexit
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name for it


class Server(WSGIServer):
    def __init__(self, listening: socket.socket) -> None:
        super().__init__(listening.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.setup_environ_of(listening)

    def setup_environ_of(self, listening: socket.socket) -> None:
        self.server_name, self.server_port = listening.getsockname()
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up is no news."""


class Handler(WSGIRequestHandler):
    timeout = 5  # seconds for whoever asks slowly, while others wait

    def log_message(self, *args: object) -> None:
        pass


def make_folder() -> None:
    """A new one for each start: no count of an earlier one is in it."""
    if FOLDER not in os.environ:  # it is, where gunicorn reads its settings again
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="freshness-metrics-")
        atexit.register(drop_folder, os.environ[FOLDER], os.getpid())


def drop_folder(folder: str, master: int) -> None:
    if os.getpid() == master:
        shutil.rmtree(folder, ignore_errors=True)


def listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        where = f"METRICS_HOST, METRICS_PORT: {host}:{port}"
        sys.exit(f"{where} cannot be had ({error.strerror}). Write others.")


def serve_in_turn(listening: socket.socket) -> None:
    """For one of several processes: tell the numbers of all once it is this one's turn."""
    Thread(target=take_turn, args=[listening], daemon=True).start()


def take_turn(listening: socket.socket) -> None:
    import fcntl  # which Windows has not

    from .metrics import CountsOfAllProcesses

    with (Path(os.environ[FOLDER]) / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        serve(listening, [CountsOfAllProcesses()])


def serve_alone(host: str, port: int) -> None:
    """For the only process: tell its numbers from now on."""
    from . import metrics

    own: list[Any] = [metrics.requests, metrics.kept_reports, metrics.security_events]
    Thread(target=serve, args=[listen(host, port), own], daemon=True).start()


def serve(listening: socket.socket, counts: list[Any]) -> None:
    from prometheus_client import CollectorRegistry, disable_created_metrics, make_wsgi_app

    from .shop_metrics import ShopCollector

    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    for collector in (*counts, ShopCollector()):
        registry.register(collector)
    server = Server(listening)
    server.set_app(make_wsgi_app(registry))
    server.serve_forever()
