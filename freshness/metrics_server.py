"""Serves the metrics of all workers to this machine or its own network, on a port of their own.

gunicorn's master opens the port, so that a start fails where it is taken. One worker at a time
answers there: whichever has a lock, which a worker that dies gives away. The numbers of the
processes are in files, so any of them can tell those of all.
"""

import atexit
import fcntl
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from threading import Thread
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
    Thread(target=serve, args=[listening], daemon=True).start()


def serve(listening: socket.socket) -> None:
    from prometheus_client import CollectorRegistry, make_wsgi_app

    from .metrics import CountsOfAllProcesses
    from .shop_metrics import ShopCollector

    with (Path(os.environ[FOLDER]) / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        registry = CollectorRegistry()
        registry.register(CountsOfAllProcesses())
        registry.register(ShopCollector())
        server = Server(listening)
        server.set_app(make_wsgi_app(registry))
        server.serve_forever()
