"""The copy that Litestream, or pgBackRest, makes while people save: it brings back what it has."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.cluster import ArchivedShop
from bench.recovery import SAVERS, saving
from bench.replicated import ReplicatedShop

from .programs import need

NEEDS = {ReplicatedShop: "litestream", ArchivedShop: "pgbackrest"}


@pytest.fixture(autouse=True)
def noon() -> None:
    """The shops are programs of their own, with their own clock."""


@pytest.mark.parametrize("kind", NEEDS)
def test_what_it_has_comes_back_when_all_else_is_lost(
    kind: type[ReplicatedShop] | type[ArchivedShop],
) -> None:
    need(NEEDS[kind], "REQUIRE_BACKUP_TOOLS")
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
