"""Our commands at a wrong moment: a sentence and status 1, and never a traceback."""

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils import timezone

from .programs import hear_signals
from .shops import PostgresShop, Shop, SqliteShop
from .test_settings import ROOT

pytest.importorskip("fcntl", reason="backups need Linux or macOS")

OURS = {"freshness", "batches", "accounts"}
UP_TO_DATE = "The database is not up to date ("


@pytest.fixture(autouse=True)
def noon() -> None:
    """The shops are programs of their own, with their own clock."""


def commands(folder: Path) -> dict[str, list[str]]:
    """Each of our commands, with what it needs."""
    scans = folder / "scans"
    scans.mkdir()
    minute = timezone.localtime() - timedelta(hours=1)
    scan_log = scans / f"{minute.replace(second=0, microsecond=0).isoformat('T', 'minutes')}.log"
    scan_log.write_text("fresh /batch/7K3QF9XM2A\n")
    (folder / "batches.csv").write_text("product,batch_identifier\nChicken,A-1\n")
    return {
        "backup": [],
        "copy_from": [f"{folder}/none.sqlite3"],
        "count_scans": [],
        "demo": [],
        "import_batches": [f"{folder}/batches.csv"],
        "ready": [],
        "restore": [f"{folder}/freshness-20261122T090000Z.sqlite3.gz"],
        "send_digest": [],
        "welcome": [],
    }


def said_by_each(shop: Shop) -> dict[str, tuple[int, str]]:
    """How each of our commands ended, and what it said; some at a time."""
    ended = {}
    asked = list(commands(shop.folder).items())
    for some in (asked[:3], asked[3:6], asked[6:]):
        running = {
            name: shop.start("manage.py", name, *given, SCANS_LOG=f"{shop.folder}/scans")
            for name, given in some
        }
        for name, process in running.items():
            said = "".join(process.communicate(timeout=120))
            ended[name] = process.returncode, said
    return ended


def test_all_of_ours_are_tried(tmp_path: Path) -> None:
    ours = {name for name, app in get_commands().items() if app in OURS}
    assert commands(tmp_path).keys() == ours - {"serve"}  # it does not end: see test_server.py


def assert_in_words(ended: dict[str, tuple[int, str]]) -> None:
    assert {name: code for name, (code, _said) in ended.items()} == dict.fromkeys(ended, 1)
    for name, (_code, said) in ended.items():
        assert "Traceback" not in said, name
        assert said.splitlines()[-1].count(".") >= 1, name


def test_before_migrate(tmp_path: Path) -> None:
    shop = SqliteShop(tmp_path)
    shop.execute("PRAGMA user_version = 0")  # there is a file
    ended = said_by_each(shop)
    assert_in_words(ended)
    for name in ("demo", "import_batches", "send_digest", "welcome"):
        assert ended[name][1].splitlines()[-1].startswith(UP_TO_DATE), name
        assert ended[name][1].endswith("Run: manage.py migrate\n")


def test_before_migrate_on_postgresql(postgres_shop: PostgresShop) -> None:
    postgres_shop.destroy()
    ended = said_by_each(postgres_shop)
    assert_in_words(ended)
    assert UP_TO_DATE in ended["demo"][1]


def test_while_the_database_is_away(tmp_path: Path) -> None:
    shop = SqliteShop(tmp_path)
    shop.url = "postgres://nobody:secret@127.0.0.1:1/shop"
    ended = said_by_each(shop)
    assert_in_words(ended)
    assert "secret" not in f"{ended}"


def test_an_interrupt_ends_a_command_without_a_word(tmp_path: Path) -> None:
    program = "import time; time.sleep(30)"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", program]
    shop = SqliteShop(tmp_path)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=shop.environment(),
        preexec_fn=hear_signals,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    assert (process.communicate(timeout=30)[1], process.returncode) == ("", 130)


def test_the_demo_is_recorded_whole_or_not_at_all(tmp_path: Path) -> None:
    shop = SqliteShop(tmp_path)
    assert shop.manage("migrate", "--verbosity=0") == (0, "")
    code, said = shop.manage("demo", limit=60_000)
    assert (code, "Traceback" in said) == (1, False)
    assert said.startswith("The database did not do it: ")
    assert shop.batches() == set()
    assert shop.manage("demo")[0] == 0
    assert len(shop.batches()) == 12
    code, said = shop.manage("demo")
    assert (code, said.startswith("This shop has batches already")) == (1, True)
    assert "CommandError" not in said
    assert len(shop.batches()) == 12
