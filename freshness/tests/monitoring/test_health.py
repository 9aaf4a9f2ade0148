import json
import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from batches import shop_clock
from batches.report.style import report_style
from conftest import MakeBatch
from freshness.monitoring import health


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "told", [])
    monkeypatch.setattr(logging.getLogger("freshness"), "propagate", True)
    health.is_migrated.cache_clear()


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
        with pytest.raises(CommandError, match="what it is asked: connection refused"):
            call_command("ready")
    assert len(caplog.messages) == 1  # who gives the command is told, and needs no log


def not_ready(words: str) -> None:
    assert asked() == (503, "not ready\n")
    with pytest.raises(CommandError, match=words):
        call_command("ready")


@pytest.mark.parametrize("table", ["batches_batch", "batches_product"])
def test_a_table_that_is_gone(make_batch: MakeBatch, table: str) -> None:
    make_batch()
    assert asked() == (200, "ready\n")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO gone")
        try:
            with transaction.atomic():
                not_ready("does not do what it is asked: .*" + table)
        finally:
            transaction.set_rollback(True)


def test_a_column_that_only_a_report_reads(make_batch: MakeBatch) -> None:
    make_batch()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE batches_batch RENAME COLUMN recall_reason TO gone")
        try:
            with transaction.atomic():
                not_ready("does not do what it is asked: .*recall_reason")
        finally:
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_table_that_somebody_has_locked(
    transactional_db: None, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's readers wait for nobody")
    monkeypatch.setattr(health, "PATIENCE", 1)
    make_batch()
    assert asked() == (200, "ready\n")
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE batches_batch IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        not_ready("lock timeout|statement timeout")
        assert time.monotonic() - begun < 8
    finally:
        other.close()


def test_a_damaged_row(make_batch: MakeBatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL takes no such date")
    make_batch()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute("UPDATE batches_batch SET arrival_date = 'never'")
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    not_ready("Reports cannot be shown: ")


def test_a_template_that_is_missing(make_batch: MakeBatch, settings: Any, tmp_path: Path) -> None:
    make_batch()
    report_style.cache_clear()
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    not_ready(r"Reports cannot be shown: .*\.(html|css)")


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """The folder of collected static files, as a shop has it."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": settings.HASHED_STATIC_FILES}
    }
    call_command("collectstatic", "--no-input", verbosity=0)
    settings.STORAGES = dict(settings.STORAGES)  # as after a start: the manifest is read anew
    folder: Path = settings.STATIC_ROOT
    return folder


def test_without_collected_files(collected: Path, settings: Any, db: None) -> None:
    assert asked() == (200, "ready\n")
    (collected / "staticfiles.json").unlink()
    settings.STORAGES = dict(settings.STORAGES)
    not_ready(r"of the pages' files are not in /.*static, such as .*collectstatic")
    with pytest.raises(SystemExit, match="collectstatic"):
        call_command("serve")


@pytest.mark.parametrize("content", ["", "{", '{"version": "9"}'])
def test_with_a_list_of_them_that_is_damaged(
    collected: Path, settings: Any, db: None, content: str
) -> None:
    (collected / "staticfiles.json").write_text(content)
    settings.STORAGES = dict(settings.STORAGES)
    not_ready("Run: manage.py collectstatic")


def test_without_one_of_them(collected: Path, db: None) -> None:
    [sheet] = collected.glob("css/base.????????????.css")
    sheet.unlink()
    not_ready(r"1 of the pages' files are not in /.*static, such as css/base\.css")


def test_with_those_of_an_older_program(collected: Path, settings: Any, db: None) -> None:
    manifest = collected / "staticfiles.json"
    entries = json.loads(manifest.read_text())
    del entries["paths"]["css/shelf.css"]
    manifest.write_text(json.dumps(entries))
    settings.STORAGES = dict(settings.STORAGES)
    not_ready(r"such as css/\w+\.css")


def test_a_language_that_is_missing(db: None, settings: Any, tmp_path: Path) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    not_ready(r"/es/LC_MESSAGES/django\.mo cannot be read")


def test_a_folder_that_cannot_be_written(db: None, settings: Any) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a folder that not even root can write in, such as Linux has")
    settings.VAR_DIR = Path("/proc/self")
    not_ready("Nothing can be written in /proc/self: ")


def test_a_disk_that_is_full(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE", 1024**6)
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
    monkeypatch.setattr(shop_clock, "MOST_APART", timedelta(minutes=5))
    noon.shift(timedelta(minutes=-4))
    assert "yet to come" not in " ".join(health.problems())
    noon.shift(timedelta(minutes=-2))
    assert "which is yet to come. Set the clock." in " ".join(health.problems())
    if connection.vendor == "sqlite":
        make_batch()
        assert "which is yet to come. Set the clock." in " ".join(health.problems())


def test_a_clock_that_says_a_day_before_the_latest_arrival(
    make_batch: MakeBatch, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "A batch arrived on 2026-11-22, which is yet to come. Set the clock, or mend it."
    make_batch(0)
    monkeypatch.setattr(shop_clock, "MOST_APART", timedelta(minutes=5))
    assert words not in health.problems()
    noon.shift(timedelta(days=-1))
    assert words in health.problems()


def test_a_clock_that_is_not_the_databases(
    make_batch: MakeBatch, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_clock, "MOST_APART", timedelta(minutes=5))
    noon.shift(timedelta(days=400))
    told = [problem for problem in health.problems() if problem.endswith("Set it.")]
    assert len(told) == (connection.vendor == "postgresql")  # SQLite has no clock of its own
    assert all(it.startswith("This machine's clock says 2027-12-27 ") for it in told)
