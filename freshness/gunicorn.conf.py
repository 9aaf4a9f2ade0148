"""gunicorn's settings: gunicorn --config freshness/gunicorn.conf.py freshness.wsgi"""

import gc
from typing import Any

from freshness import settings

bind = f"0.0.0.0:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
# A phone with a bad signal, or a browser's idle spare connection, holds a thread, not a worker.
threads = 8
# A wrong setting stops the start once, instead of every worker again and again.
preload_app = True
forwarded_allow_ips = "*" if settings.BEHIND_PROXY else ""
forwarder_headers = ""  # nobody tells us where we are mounted
loglevel = "error"
control_socket_disable = True


def pre_fork(arbiter: Any, worker: Any) -> None:
    """What all workers share is never garbage: to look through it again and again costs a sixth."""
    gc.collect()
    gc.freeze()
