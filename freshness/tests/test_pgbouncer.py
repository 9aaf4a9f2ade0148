"""The shop behind a real PgBouncer of deploy/pgbouncer.ini, in transaction mode."""

import csv
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from conftest import words
from deploy.rehearse.pgbouncer import PgBouncer
from deploy.rehearse.postgresql import new_server
from deploy.rehearse.servers import free_port

from .programs import need
from .served import ServedShop
from .test_replication import ShopOfTwo, need_server


class PooledShop(ShopOfTwo):
    def __init__(self, folder: Path) -> None:
        ServedShop.__init__(self, folder)
        self.primary = new_server(folder / "primary", free_port())
        self.environment["DATABASE_URL"] = self.primary.url
        self.manage("migrate", "--verbosity", "0")
        self.pool = PgBouncer(folder / "pgbouncer", free_port(), self.primary)

    def start(self) -> None:
        self.environment["DATABASE_URL"] = self.pool.url
        super().start()


@pytest.fixture
def pooled() -> Iterator[PooledShop]:
    need("pgbouncer", "REQUIRE_POSTGRESQL")
    need_server()
    with TemporaryDirectory() as folder:
        shop = PooledShop(Path(folder))
        try:
            with shop.running():
                shop.register()
                yield shop
        finally:
            shop.pool.end()
            shop.primary.end(signal.SIGQUIT)


def test_what_staff_and_customers_do_works_on_shared_connections(pooled: PooledShop) -> None:
    reports = {f"pooled-{number}": pooled.save(f"pooled-{number}") for number in range(5)}
    pooled.recall(reports["pooled-0"])
    for identifier, report in reports.items():
        assert pooled.says(report, identifier)
    assert pooled.says(reports["pooled-0"], "Glass was found.")
    rows = [*csv.DictReader(pooled.get("/admin/export").splitlines())]
    assert {row["batch_identifier"] for row in rows} == reports.keys()
    assert "pooled-4" in words(pooled.get("/admin/batches?search=pooled"))


def test_what_takes_too_long_is_ended_there_too(pooled: PooledShop) -> None:
    """PgBouncer passes none of what the program asks PostgreSQL to limit on its connections."""
    pooled.get("/admin/batches")
    with psycopg.connect(pooled.pool.url) as connection:
        limit = connection.execute("SHOW statement_timeout").fetchone()
    assert limit == ("30s",)
