import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from batches import day
from conftest import MakeBatch
from freshness import ready


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "told", [])
    monkeypatch.setattr(logging.getLogger("freshness"), "propagate", True)
    ready.is_migrated.cache_clear()


def asked(path: str = "/readyz") -> tuple[int, str]:
    response = Client().get(path)
    assert "Cookie" not in response.get("Vary", "")
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.content.decode()


def test_it_is_alive_without_a_database() -> None:
    assert asked("/healthz") == (200, "alive\n")


def test_it_is_ready(make_batch: MakeBatch, capsys: pytest.CaptureFixture[str]) -> None:
    make_batch()
    assert asked() == (200, "ready\n")
    call_command("ready")
    assert capsys.readouterr().out == "Ready.\n"


def test_migrations_that_are_not_applied(db: None, caplog: pytest.LogCaptureFixture) -> None:
    recorder = MigrationRecorder(connection)
    last = max(key for key in recorder.applied_migrations() if key[0] == "batches")
    recorder.record_unapplied(*last)
    for _time in range(2):
        assert asked() == (503, "not ready\n")
    assert caplog.messages == ["The database is not up to date. Run: manage.py migrate"]
    recorder.record_applied(*last)
    assert asked() == (200, "ready\n")
    assert caplog.messages[1:] == ["Ready again."]


def test_a_database_that_does_not_answer(db: None, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(*args: Any) -> Any:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        assert asked() == (503, "not ready\n")
        with pytest.raises(CommandError, match="does not answer: connection refused"):
            call_command("ready")
    assert len(caplog.messages) == 1  # who gives the command is told, and needs no log


def test_a_disk_that_is_full(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "LEAST_FREE", 1024**6)
    assert asked() == (503, "not ready\n")
    with pytest.raises(CommandError, match=r"MB are free in /.*Make room"):
        call_command("ready")


def test_a_folder_that_is_gone(db: None, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "gone"
    assert asked() == (503, "not ready\n")
    with pytest.raises(CommandError, match=r"There is no folder /.*/gone\. Make it"):
        call_command("ready")


def test_a_clock_that_was_set_back(
    make_batch: MakeBatch, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_batch()
    monkeypatch.setattr(day, "MOST_APART", timedelta(minutes=5))
    noon.shift(timedelta(minutes=-4))
    assert "yet to come" not in " ".join(ready.problems())
    noon.shift(timedelta(minutes=-2))
    assert "which is yet to come. Set the clock." in " ".join(ready.problems())
    if connection.vendor == "sqlite":
        make_batch()
        assert "which is yet to come. Set the clock." in " ".join(ready.problems())


def test_a_clock_that_says_a_day_before_the_latest_arrival(
    make_batch: MakeBatch, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "A batch arrived on 2026-11-22, which is yet to come. Set the clock, or mend it."
    make_batch(0)
    monkeypatch.setattr(day, "MOST_APART", timedelta(minutes=5))
    assert words not in ready.problems()
    noon.shift(timedelta(days=-1))
    assert words in ready.problems()


def test_a_clock_that_is_not_the_databases(
    make_batch: MakeBatch, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "MOST_APART", timedelta(minutes=5))
    noon.shift(timedelta(days=400))
    told = [it for it in ready.problems() if it.endswith("Set it.")]
    assert len(told) == (connection.vendor == "postgresql")  # SQLite has no clock of its own
    assert all(it.startswith("This machine's clock says 2027-12-27 ") for it in told)
