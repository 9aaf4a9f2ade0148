"""gunicorn's settings: gunicorn --config freshness/gunicorn.conf.py freshness.wsgi"""

import gc
import resource
from typing import Any

from freshness import metrics_server, settings

bind = f"0.0.0.0:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
# A slow client holds a connection, neither a thread nor a worker. With threads, whoever waits for a
# password to be hashed or for the database's lock lets the others on; an event loop would not.
worker_class = "freshness.worker.Worker"
threads = 4  # reports have their own
worker_connections = 4_000
# A wrong setting stops the start once, instead of every worker again and again.
preload_app = True
forwarded_allow_ips = "*" if settings.BEHIND_PROXY else ""
forwarder_headers = ""  # nobody tells us where we are mounted
loglevel = "error"
control_socket_disable = True

if settings.METRICS_PORT:
    metrics_server.make_folder()  # before the program counts anything


def on_starting(arbiter: Any) -> None:
    """Each connection is an open file; who asks for no more of them is allowed some 1,000."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 2 * worker_connections
    allowed = enough if hard == resource.RLIM_INFINITY else min(enough, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
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
