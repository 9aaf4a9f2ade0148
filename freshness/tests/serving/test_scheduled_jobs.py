"""What `manage.py serve` starts by the clock."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from freshness.backups.files import backups_in, names_in
from freshness.serving import scheduled_jobs
from freshness.serving.scheduled_jobs import BACKUP, Job, Schedule, last_night, last_quarter

from ..served import ServedShop
from ..shops import SqliteShop


@pytest.fixture(autouse=True)
def noon() -> None:
    """What is served has its own clock, which does not travel."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-22 23:29", "2026-11-21 23:30"),  # three hours later in Istanbul
        ("2026-11-22 23:30", "2026-11-22 23:30"),
        ("2026-11-23 12:00", "2026-11-22 23:30"),
    ],
)
def test_a_night_is_half_past_two_in_the_shop(settings: Any, now: str, night: str) -> None:
    settings.TIME_ZONE = "Europe/Istanbul"
    assert last_night(utc(now)) == utc(night)


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
def test_each_day_has_one_night_when_the_clock_is_changed_too(settings: Any, zone: str) -> None:
    settings.TIME_ZONE = zone
    start = utc("2026-01-01 00:00")
    nights = [last_night(start + timedelta(hours=number)) for number in range(365 * 24)]
    assert all(it <= start + timedelta(hours=n) for n, it in enumerate(nights))
    assert len(set(nights)) == 366
    assert nights == sorted(nights)


def test_the_daily_email_is_looked_for_each_quarter_of_an_hour() -> None:
    assert last_quarter(utc("2026-11-22 09:44:59")) == utc("2026-11-22 09:30")
    assert last_quarter(utc("2026-11-22 09:45")) == utc("2026-11-22 09:45")


class Remembering(Schedule):
    """Remembers when it ran a job, which ends as is said, in a time that passes at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *problems: str) -> None:
        super().__init__()
        self.problems, self.ran = list(problems), list[str]()
        self.now = utc("2026-11-22 12:00")
        monkeypatch.setattr(timezone, "now", lambda: self.now)
        monkeypatch.setattr(self.stopping, "wait", self.let_pass)

    def let_pass(self, seconds: float) -> bool:
        self.now += timedelta(seconds=seconds)
        return self.now > utc("2026-11-24 20:00")

    def run(self, job: Job, due: datetime) -> str:
        self.ran.append(f"{self.now:%d %H:%M}")
        return self.problems.pop(0) if self.problems else ""


def test_a_job_of_the_night_runs_after_the_start_and_then_each_night(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TIME_ZONE = "Europe/Istanbul"
    remembering = Remembering(monkeypatch)
    remembering.keep_running(BACKUP, 10)
    assert remembering.ran == ["22 12:00", "22 23:30", "23 23:30"]


def test_a_job_that_fails_is_told_and_tried_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TIME_ZONE = "Europe/Istanbul"
    remembering = Remembering(monkeypatch, "CommandError: The disk is full.", "no")
    remembering.keep_running(BACKUP, 10)
    assert remembering.ran == ["22 12:00", "22 12:15", "22 12:30", "22 23:30", "23 23:30"]
    assert caplog.messages == [
        "manage.py backup has failed: CommandError: The disk is full.",
        "manage.py backup has failed: no",
    ]


def test_what_a_command_says_when_it_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job("no_such_command", last_quarter, 60)
    assert "Unknown command: 'no_such_command'" in Schedule().run(job, utc("2026-11-22 12:00"))


def sleeping(seconds: int) -> subprocess.Popen[str]:
    program = f"import time; print(flush=True); time.sleep({seconds})"
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout
    process.stdout.readline()
    return process


def test_a_job_that_takes_too_long_is_ended() -> None:
    process = sleeping(60)
    begun = time.monotonic()
    Schedule().wait_for(process, seconds=0.5)
    assert time.monotonic() - begun < 10
    assert process.returncode != 0


def test_a_job_ends_with_the_server() -> None:
    waiting, process = Schedule(), sleeping(60)
    waiting.stopping.set()
    begun = time.monotonic()
    waiting.wait_for(process, seconds=3600)
    assert time.monotonic() - begun < 10
    assert process.returncode != 0


def test_a_backup_that_is_interrupted_leaves_no_broken_file(sqlite_shop: SqliteShop) -> None:
    for moment in (0.6, 0.9, 1.2):
        process = sqlite_shop.start("manage.py", "backup")
        time.sleep(moment)
        scheduled_jobs.end(process)
        names = names_in(sqlite_shop.backups)
        assert {*names} - {".lock"} == {
            it for backup in backups_in(names) for it in (backup, f"{backup}.sha256")
        }
        assert not list(sqlite_shop.folder.glob(".freshness-backup-*"))


def test_two_servers_take_one_backup(sqlite_shop: SqliteShop) -> None:
    since = f"--unless-since={datetime.now(UTC).isoformat(timespec='seconds')}"
    with ThreadPoolExecutor() as servers:
        ended = [*servers.map(lambda _server: sqlite_shop.manage("backup", since), range(3))]
    assert [code for code, _said in ended] == [0, 0, 0]
    assert sorted(bool(said) for _code, said in ended) == [False, False, True]
    assert len(backups_in(names_in(sqlite_shop.backups))) == 1
    later = datetime.now(UTC) + timedelta(seconds=1)
    time.sleep(2)
    assert sqlite_shop.manage("backup", f"--unless-since={later.isoformat()}")[1] != ""
    assert len(backups_in(names_in(sqlite_shop.backups))) == 2


def test_a_copy_that_failed_is_made_up_for(sqlite_shop: SqliteShop, tmp_path: Path) -> None:
    copies, since = tmp_path / "disk", "--unless-since=2026-01-01T00:00:00+00:00"
    code, said = sqlite_shop.manage("backup", since, BACKUP_COPY_TO=f"{copies}")
    assert code == 1
    assert "there is no folder" in said
    copies.mkdir()
    for _time in range(2):
        assert sqlite_shop.manage("backup", since, BACKUP_COPY_TO=f"{copies}") == (0, "")
        assert backups_in(names_in(copies)) == backups_in(names_in(sqlite_shop.backups))
    assert len(backups_in(names_in(copies))) == 1


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedShop]:
    shop = ServedShop(tmp_path)
    shop.environment["SCHEDULED_JOBS"] = "true"
    with shop.running():
        yield shop


def test_a_shop_that_is_served_is_backed_up_and_tells_of_it(
    served: ServedShop, tmp_path: Path
) -> None:
    deadline = time.monotonic() + 60
    while not backups_in(names_in(tmp_path / "backups")) and time.monotonic() < deadline:
        served.get("/")
        time.sleep(0.2)
    [backup] = backups_in(names_in(tmp_path / "backups"))
    assert f"{backup}: " in served.printed.read_text()
    assert served.end(signal.SIGINT) == 0
    assert served.said.read_text() == ""


def test_where_others_do_it_nothing_is_started(tmp_path: Path) -> None:
    with ServedShop(tmp_path).running():
        time.sleep(scheduled_jobs.START + 5)
        assert not (tmp_path / "backups").exists()
