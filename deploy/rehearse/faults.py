"""Each way in which the shop is broken, by hand and for good reason."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import psycopg

from .machine import Disk
from .postgresql import standby_of
from .restoring import restore
from .servers import free_port, wait_until
from .site import Chain, Laptop, Site
from .upgrade import restart_in_turn, upgrade
from .visitors import A_MINUTE, Visitors, seconds_of_day

HOUR = 3600  # seconds
CONNECTIONS = 20  # default_pool_size of deploy/pgbouncer.ini


class Fault(NamedTuple):
    name: str
    put_in: Callable[[Any, Visitors], None]  # what it is given is the kind of shop it is for
    in_short_rehearsal: bool = False  # part of the short rehearsal, which every change goes through


def kill_worker(site: Site, visitors: Visitors) -> None:
    os.kill(site.shops[0].workers()[0], signal.SIGKILL)


def kill_gunicorn(site: Site, visitors: Visitors) -> None:
    site.shops[0].end(signal.SIGKILL)
    time.sleep(2)  # as systemd waits
    site.shops[0].start_and_wait()


def freeze_gunicorns(site: Site, visitors: Visitors) -> None:
    """For so long that whatever was known before the recall is older than a minute."""
    recall_one(visitors)
    processes = [shop.process for shop in site.shops if shop.process]
    for process in processes:
        os.killpg(process.pid, signal.SIGSTOP)
    time.sleep(A_MINUTE + 5)
    for process in processes:
        os.killpg(process.pid, signal.SIGCONT)


def restart_nginx(site: Site, visitors: Visitors) -> None:
    site.nginx.end()
    site.nginx.start()


def stop_standby(site: Chain, visitors: Visitors) -> None:
    site.standby.end()
    time.sleep(5)
    site.standby.start()


def lag(site: Chain, visitors: Visitors) -> None:
    site.standby.ask("SELECT pg_wal_replay_pause()")
    time.sleep(5)
    recall_one(visitors)
    time.sleep(2)
    site.standby.ask("SELECT pg_wal_replay_resume()")


def freeze(site: Chain, visitors: Visitors) -> None:
    with site.primary.frozen():
        time.sleep(10)


def promote(site: Chain, visitors: Visitors) -> None:
    site.primary.end(signal.SIGQUIT)
    time.sleep(5)  # until somebody has noticed
    site.standby.promote()
    site.pool.point_to(site.standby)
    site.primary, site.standby = site.standby, site.primary
    site.end_timers()
    site.start_timers()


def make_standby_anew(site: Chain, visitors: Visitors) -> None:
    """Of the machine that was the primary, whose data are of no use any more."""
    shutil.rmtree(site.standby.folder)
    site.primary.ask("SELECT pg_create_physical_replication_slot('standby')")
    site.standby = standby_of(site.primary, site.standby.folder, free_port())
    for shop in site.shops:
        shop.environment["DATABASE_REPLICA_URL"] = site.standby.url
    restart_in_turn(site)
    recall_one(visitors)


def roll_over(site: Chain, visitors: Visitors) -> None:
    upgrade(site)


def cut_power(site: Site, visitors: Visitors) -> None:
    """What the kernel had taken from a program is still there: a real power cut may lose that."""
    site.cut_power()
    time.sleep(2)
    site.power_up()


def use_up_connections(site: Chain, visitors: Visitors) -> None:
    """More transactions that go on and on than PgBouncer has connections."""
    with ExitStack() as held:
        for _one in range(CONNECTIONS):
            held.enter_context(psycopg.connect(site.pool.url)).execute("SELECT 1")
        time.sleep(8)


def set_clock_back(site: Site, visitors: Visitors) -> None:
    """That of the machine of nginx and the gunicorns; the database's, if it has one, is right."""
    set_clock(site, -max(HOUR, seconds_of_day() + A_MINUTE))
    wait_until(lambda: site.shops[0].says("/readyz") == 503)
    recall_one(visitors)
    time.sleep(5)
    set_clock(site, 0)
    wait_until(lambda: site.shops[0].says("/readyz") == 200)


def set_standby_ahead(site: Chain, visitors: Visitors) -> None:
    site.standby_clock.set(24 * HOUR)
    time.sleep(4)
    recall_one(visitors)
    time.sleep(4)
    site.standby_clock.set(0)


def set_clock(site: Site, seconds: int) -> None:
    """That much from the true time; systemd sees it, and starts a unit of the shop's."""
    site.clock.set(seconds)
    site.nginx.forget()


def fill_data(site: Laptop, visitors: Visitors) -> None:
    with full(site.data):
        time.sleep(8)


def fill_logs(site: Laptop, visitors: Visitors) -> None:
    with full(site.logs):
        time.sleep(5)
        recall_one(visitors)
        time.sleep(3)


@contextmanager
def full(disk: Disk) -> Iterator[None]:
    disk.fill()
    try:
        yield
    finally:
        disk.make_room()


def renew_certificate(site: Site, visitors: Visitors) -> None:
    browser = site.browser()
    before = browser.certificate()
    site.authority.renew()
    site.nginx.reload()
    wait_until(lambda: browser.certificate() != before)


def recall_one(visitors: Visitors) -> None:
    visitors.recall([*visitors.saved][-1])


RESTORED = "backups killed and damaged, and a whole one restored beside the shop"
FAULTS: dict[type[Site], list[Fault]] = {
    Chain: [
        Fault("a worker killed", kill_worker),
        Fault("a gunicorn killed, started again after 2 s", kill_gunicorn, in_short_rehearsal=True),
        Fault("a batch recalled, then both gunicorns frozen for 65 s", freeze_gunicorns),
        Fault("nginx restarted", restart_nginx),
        Fault("the certificate renewed", renew_certificate),
        Fault("the standby stopped for 5 s", stop_standby),
        Fault("the standby lags for 7 s", lag, in_short_rehearsal=True),
        Fault("the primary frozen for 10 s", freeze),
        Fault(
            "a new version with a migration, one gunicorn after the other",
            roll_over,
            in_short_rehearsal=True,
        ),
        Fault("all connections to the primary used up for 8 s", use_up_connections),
        Fault(RESTORED, restore),
        Fault("the clock of nginx and gunicorns set back an hour", set_clock_back),
        Fault("the standby's clock set ahead by a day", set_standby_ahead),
        Fault("primary and gunicorns killed, started again after 2 s", cut_power),
        Fault(
            "the primary killed, after 5 s the standby promoted", promote, in_short_rehearsal=True
        ),
        Fault("of the former primary a standby made, gunicorns restarted", make_standby_anew),
    ],
    Laptop: [
        Fault("gunicorns killed in the midst of saves, started again after 2 s", cut_power),
        Fault("the database's disk full for 8 s", fill_data),
        Fault("the disk of all logs full for 8 s", fill_logs),
        Fault("the clock set back an hour", set_clock_back),
        Fault(RESTORED, restore),
    ],
}
