from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from freshness.backups.files import (
    backups_in,
    free_moment,
    last_backup,
    moment_of,
    name_of,
    vendor_of,
)
from freshness.backups.retention import A_DAY, DAYS, WEEKS, kept, outdated, week

SECOND = timedelta(seconds=1)
moments = some.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=some.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
near = some.integers(0, 60 * 24).map(
    lambda hours: datetime(2026, 11, 22, tzinfo=UTC) - timedelta(hours=hours)
)
sets = some.sets(moments) | some.sets(near)


def older(made: set[datetime]) -> set[datetime]:
    """What is kept that is not of the day before the newest."""
    return {it for it in kept(made) if max(made) - it >= A_DAY}


def files(*names: str) -> list[str]:
    return [file for name in names for file in (name, f"{name}.sha256")]


@given(sets)
def test_the_newest_is_always_kept(made: set[datetime]) -> None:
    assert not made or max(made) in kept(made)


@given(sets)
def test_nothing_is_kept_that_was_not_made(made: set[datetime]) -> None:
    assert kept(made) <= made


@given(sets)
def test_all_of_a_day_are_kept(made: set[datetime]) -> None:
    assert {it for it in made if max(made) - it < A_DAY} <= kept(made)


@given(sets)
def test_of_what_is_older_the_last_of_its_day_is_kept(made: set[datetime]) -> None:
    for moment in older(made):
        assert moment == max(it for it in made if it.date() == moment.date())


@given(sets)
def test_the_last_seven_days_that_have_one_are_kept(made: set[datetime]) -> None:
    days = sorted({moment.date() for moment in made})[-DAYS:]
    assert {moment.date() for moment in kept(made)} >= set(days)


@given(sets)
def test_the_last_four_weeks_that_have_one_keep_their_newest(made: set[datetime]) -> None:
    for it in sorted(set(map(week, made)))[-WEEKS:]:
        assert max(moment for moment in made if week(moment) == it) in kept(made)


@given(sets)
def test_never_more_of_those_than_seven_and_four(made: set[datetime]) -> None:
    assert len(older(made)) <= DAYS + WEEKS


@given(sets)
def test_to_clean_up_twice_deletes_no_more(made: set[datetime]) -> None:
    assert kept(kept(made)) == kept(made)


@given(sets, moments)
def test_one_that_is_forgotten_does_not_come_back(made: set[datetime], later: datetime) -> None:
    """Cleaning up after each backup keeps what cleaning up once would have kept."""
    assert kept(kept(made) | {later}) == kept(made | {later})


def test_a_backup_each_night_leaves_seven_days_and_four_weeks() -> None:
    nights = [datetime(2026, 11, 22, 3, tzinfo=UTC) - timedelta(days=days) for days in range(60)]
    assert [f"{moment:%m-%d}" for moment in sorted(kept(nights))] == [
        *("11-01", "11-08", "11-15"),
        *("11-16", "11-17", "11-18", "11-19", "11-20", "11-21", "11-22"),
    ]


def test_only_whole_backups_of_ours_are_forgotten() -> None:
    moments = ("20T010000", "20T020000", "22T020000")
    first, *later = (f"freshness-202611{it}Z.sqlite3.gz" for it in moments)
    others = ["notes.txt", "freshness.sqlite3", f"unfinished-{first}", "freshness-20261120.zip"]
    assert outdated([*files(first, *later), *others]) == [first]
    assert outdated([first, *files(*later), *others]) == []


def test_the_last_of_sqlite_stays_when_a_shop_has_moved_to_postgresql() -> None:
    before = name_of(datetime(2026, 11, 22, 1, tzinfo=UTC), "sqlite", False)
    after = name_of(datetime(2026, 11, 22, 2, tzinfo=UTC), "postgresql", True)
    assert outdated(files(before, after)) == []


@given(moments, some.sampled_from(["sqlite", "postgresql"]), some.booleans())
def test_a_name_tells_when_and_of_what(moment: datetime, vendor: str, is_encrypted: bool) -> None:
    name = name_of(moment, vendor, is_encrypted)
    assert moment_of(name) == moment
    assert vendor_of(name) == vendor
    assert name.endswith(".age") == is_encrypted


@given(some.text())
def test_other_names_are_not_ours(name: str) -> None:
    assert moment_of(name) is None
    assert vendor_of(name) is None


def test_a_date_that_is_none_is_no_name_of_ours() -> None:
    assert moment_of("freshness-20261332T010000Z.sqlite3.gz") is None


@given(moments)
def test_two_of_one_second_get_names_of_their_own(moment: datetime) -> None:
    name = name_of(moment, "sqlite", False)
    assert free_moment(moment, []) == moment
    assert free_moment(moment, [name]) == moment + SECOND


def test_without_its_checksum_a_file_is_no_backup() -> None:
    name = "freshness-20261122T010000Z.sqlite3.gz"
    assert backups_in([name]) == []
    assert backups_in([f"{name}.sha256"]) == []
    assert backups_in(files(name)) == [name]


class TestLastBackup:
    NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def folder(self, settings: Any, tmp_path: Path) -> Path:
        settings.BACKUP_DIR = tmp_path
        return tmp_path

    def make(self, folder: Path, *moments: datetime) -> None:
        for moment in moments:
            for file in files(name_of(moment, "sqlite", False)):
                (folder / file).touch()

    def test_is_the_newest(self, folder: Path) -> None:
        self.make(folder, self.NOW - timedelta(days=2), self.NOW - timedelta(days=1))
        assert last_backup(self.NOW) == self.NOW - timedelta(days=1)

    def test_is_none_where_there_is_none(self, folder: Path, settings: Any) -> None:
        assert last_backup(self.NOW) is None
        settings.BACKUP_DIR = folder / "missing"
        assert last_backup(self.NOW) is None

    def test_is_not_one_that_a_wrong_clock_has_put_into_the_future(self, folder: Path) -> None:
        self.make(folder, self.NOW - timedelta(days=1), self.NOW + SECOND)
        assert last_backup(self.NOW) == self.NOW - timedelta(days=1)

    def test_is_not_a_half_written_one(self, folder: Path) -> None:
        (folder / name_of(self.NOW, "sqlite", False)).touch()
        assert last_backup(self.NOW) is None
