"""Each way in which the shop is broken, by hand and for good reason."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

import psycopg

from .site import Site
from .upgrade import upgrade
from .visitors import Visitors

CONNECTIONS = 20  # default_pool_size of deploy/pgbouncer.ini


class Fault(NamedTuple):
    name: str
    put_in: Callable[[Site, Visitors], None]


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


def roll_over(site: Site, visitors: Visitors) -> None:
    upgrade(site)


def cut_power(site: Site, visitors: Visitors) -> None:
    """What the kernel had taken from a program is still there: a real power cut may lose that."""
    site.primary.end(signal.SIGKILL)
    for shop in site.shops:
        shop.end(signal.SIGKILL)
    time.sleep(2)
    site.primary.start()
    for shop in site.shops:
        shop.start_and_wait()


def use_up_connections(site: Site, visitors: Visitors) -> None:
    """More transactions that go on and on than PgBouncer has connections."""
    with ExitStack() as held:
        for _one in range(CONNECTIONS):
            held.enter_context(psycopg.connect(site.pool.url)).execute("SELECT 1")
        time.sleep(8)


FAULTS = [
    Fault("a worker killed", kill_worker),
    Fault("a gunicorn killed, started again after 2 s", kill_gunicorn),
    Fault("nginx restarted", restart_nginx),
    Fault("the standby stopped for 5 s", stop_standby),
    Fault("the standby lags for 7 s", lag),
    Fault("a new version with a migration, one gunicorn after the other", roll_over),
    Fault("all connections to the primary used up for 8 s", use_up_connections),
    Fault("primary and gunicorns killed in the midst of saves, started again after 2 s", cut_power),
    Fault("the primary killed, after 5 s the standby promoted", promote),
]
