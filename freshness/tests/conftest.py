import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from .shops import PostgresShop, Shop, SqliteShop


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteShop:
    """Made once; the others are copies."""
    shop = SqliteShop(tmp_path_factory.mktemp("template")).open()
    with closing(sqlite3.connect(shop.path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return shop


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresShop]:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: set DATABASE_URL to one")
    if not shutil.which("pg_dump"):
        pytest.fail("DATABASE_URL names a PostgreSQL, whose pg_dump is not here.")
    shop = PostgresShop(tmp_path_factory.mktemp("template"), "template")
    shop.destroy()
    yield shop.open()
    shop.drop()


@pytest.fixture
def sqlite_shop(sqlite_template: SqliteShop, tmp_path: Path) -> SqliteShop:
    shop = SqliteShop(tmp_path)
    shutil.copy(sqlite_template.path, shop.path)
    return shop


@pytest.fixture
def postgres_shop(postgres_template: PostgresShop, tmp_path: Path) -> Iterator[PostgresShop]:
    shop = PostgresShop(tmp_path, "drill")
    shop.destroy(postgres_template.name)
    yield shop
    shop.drop()


@pytest.fixture(params=["sqlite_shop", "postgres_shop"])
def real_shop(request: pytest.FixtureRequest) -> Shop:
    """A whole shop, once on each database."""
    shop: Shop = request.getfixturevalue(request.param)
    return shop
