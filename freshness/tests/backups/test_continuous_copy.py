"""The copy that Litestream, or pgBackRest, makes while people save: it brings back what it has."""

import os
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGQUIT
from tempfile import TemporaryDirectory

import pytest

from bench.cluster import ArchivedShop
from bench.recovery import SAVERS, saving
from bench.replicated import ReplicatedShop
from deploy.rehearse.postgresql import Server, new_server
from deploy.rehearse.servers import free_port, wait_until

from ..programs import need
from ..test_replication import need_server
from ..test_settings import ROOT

NEEDS = {ReplicatedShop: "litestream", ArchivedShop: "pgbackrest"}


@pytest.fixture(autouse=True)
def noon() -> None:
    """The shops are programs of their own, with their own clock."""


@pytest.mark.parametrize("kind", NEEDS)
def test_what_it_has_comes_back_when_all_else_is_lost(
    kind: type[ReplicatedShop] | type[ArchivedShop],
) -> None:
    need(NEEDS[kind], "REQUIRE_BACKUP_TOOLS")
    need_server()
    with TemporaryDirectory() as folder, kind(Path(folder)).open() as shop:
        with saving(shop.environment) as saved:
            while {name.partition("-")[0] for _at, name in saved} < {*SAVERS}:
                time.sleep(0.05)
            copied = {name for _at, name in saved}
            shop.catch_up()
            shop.kill()
        shop.destroy()
        shop.recover()
        assert copied <= shop.batches()


def test_prometheus_is_told_where_postgresql_cannot_archive() -> None:
    need_server()
    with TemporaryDirectory() as folder:
        archiving = "archive_mode = on\narchive_command = '/bin/true'"
        server = new_server(Path(folder) / "server", free_port(), archiving)
        try:
            assert archiving_up(server) == "[1.0]"
            server.ask("ALTER SYSTEM SET archive_command = '/bin/false'")
            server.ask("SELECT pg_reload_conf()")
            server.ask("SELECT pg_switch_wal()")
            failures = "SELECT failed_count > 0 FROM pg_stat_archiver"
            wait_until(lambda: server.ask(failures) == [(True,)])
            assert archiving_up(server) == "[0.0]"
        finally:
            server.end(SIGQUIT)


def archiving_up(server: Server) -> str:
    """As a shop on it tells."""
    script = (
        "import django; django.setup(); from freshness.monitoring.shop_metrics import archiving; "
        "print([it.value for it in archiving().samples])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "freshness.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()
