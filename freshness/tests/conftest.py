import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from .served import GUNICORN, SERVE, ServedShop
from .shared import made_once
from .shops import PostgresShop, Shop, SqliteShop


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
def sqlite_shop(tmp_path: Path) -> SqliteShop:
    """A copy of one that is made once."""
    shop = SqliteShop(tmp_path)
    shutil.copy(
        made_once("demo", lambda folder: SqliteShop(folder).open()) / shop.path.name, shop.path
    )
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


@pytest.fixture(scope="module", params=[SERVE, GUNICORN], ids=["waitress", "gunicorn"])
def running_shop(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ServedShop]:
    """One of each server, for all tests of a module that leave it running."""
    shop = ServedShop(tmp_path_factory.mktemp("shop"))
    shop.command = request.param
    with shop.running():
        yield shop


@pytest.fixture
def served(running_shop: ServedShop) -> ServedShop:
    """A running shop, as a visitor finds it who was never there."""
    running_shop.cookies.clear()
    running_shop.browser.addheaders = []
    return running_shop
