"""gunicorn's settings: gunicorn --config freshness/gunicorn.conf.py freshness.wsgi"""

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
