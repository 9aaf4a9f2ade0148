"""gunicorn's settings: gunicorn --config freshness/gunicorn.conf.py freshness.wsgi

It stands behind nginx, which hands it whole requests and takes whole answers: alone, slow clients
would hold its threads. `manage.py serve` needs nothing in front.
"""

import gc
from typing import Any

from freshness import settings
from freshness.config.databases import SQLITE
from freshness.monitoring import metrics_server

bind = f"0.0.0.0:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
# With threads, whoever waits for a password to be hashed or for the database's lock lets the others
# on; an event loop would not. On SQLite, saves that wait for its lock have threads besides.
worker_class = "gthread"
threads = 8
if settings.DATABASES["default"]["ENGINE"] == SQLITE:
    threads += settings.SAVES_AT_ONCE
# A wrong setting stops the start once, instead of every worker again and again.
preload_app = True
forwarded_allow_ips = "*" if settings.BEHIND_PROXY else ""
forwarder_headers = ""  # nobody tells us where we are mounted
loglevel = "error"
control_socket_disable = True

if settings.METRICS_PORT:
    metrics_server.make_folder()  # before the program counts anything


def on_starting(arbiter: Any) -> None:
    if settings.METRICS_PORT:
        arbiter.metrics = metrics_server.listen(settings.METRICS_HOST, settings.METRICS_PORT)


def pre_fork(arbiter: Any, worker: Any) -> None:
    """What all workers share is never garbage: to look through it again and again costs a sixth."""
    gc.collect()
    gc.freeze()


def post_fork(arbiter: Any, worker: Any) -> None:
    worker.metrics = getattr(arbiter, "metrics", None)


def post_worker_init(worker: Any) -> None:
    if worker.metrics:
        metrics_server.serve_in_turn(worker.metrics)


def child_exit(arbiter: Any, worker: Any) -> None:
    """Its counts stay, or the sums would fall; what it held open is forgotten."""
    if settings.METRICS_PORT:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
