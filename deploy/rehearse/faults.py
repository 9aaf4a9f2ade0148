"""Each way in which the shop is broken, by hand and for good reason."""

import os
import signal
import time
from collections.abc import Callable

from .site import Site
from .visitors import Visitors


def nothing(site: Site, visitors: Visitors) -> None:
    time.sleep(3)


def kill_worker(site: Site, visitors: Visitors) -> None:
    os.kill(site.shops[0].workers()[0], signal.SIGKILL)


def kill_gunicorn(site: Site, visitors: Visitors) -> None:
    site.shops[0].end(signal.SIGKILL)
    time.sleep(2)  # as systemd waits
    site.shops[0].start_and_wait()


def restart_nginx(site: Site, visitors: Visitors) -> None:
    site.nginx.end()
    site.nginx.start()


def stop_standby(site: Site, visitors: Visitors) -> None:
    site.standby.end()
    time.sleep(5)
    site.standby.start()


def lag(site: Site, visitors: Visitors) -> None:
    site.standby.ask("SELECT pg_wal_replay_pause()")
    time.sleep(5)
    visitors.recall([*visitors.saved][-1])
    time.sleep(2)
    site.standby.ask("SELECT pg_wal_replay_resume()")


def promote(site: Site, visitors: Visitors) -> None:
    site.primary.end(signal.SIGQUIT)
    time.sleep(5)  # until somebody has noticed
    site.standby.promote()
    site.pool.point_to(site.standby)
    site.primary, site.standby = site.standby, site.primary


FAULTS: list[tuple[str, Callable[[Site, Visitors], None]]] = [
    ("nothing", nothing),
    ("a worker killed", kill_worker),
    ("a gunicorn killed, started again after 2 s", kill_gunicorn),
    ("nginx restarted", restart_nginx),
    ("the standby stopped for 5 s", stop_standby),
    ("the standby lags for 7 s", lag),
    ("the primary killed, after 5 s the standby promoted", promote),
]
