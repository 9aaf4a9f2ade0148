"""The drill: backed up while staff save, destroyed, restored, and every row compared."""

import signal
import time
from collections import Counter

import pytest

from freshness.backups.files import backups_in, names_in
from freshness.backups.lock import only_one
from freshness.backups.streams import require_whole

from ..shops import Process, Shop

pytest.importorskip("fcntl", reason="backups need Linux or macOS")

SAVERS = ("anna", "berk")


@pytest.fixture(autouse=True)
def noon() -> None:
    """The shops are programs of their own, with their own clock."""


def answered(saver: Process, number: int) -> list[str]:
    """The next so many identifiers that this one was told are saved."""
    lines = [saver.stdout.readline().strip() for _ in range(number)]  # type: ignore[union-attr]
    assert all(lines), saver.stderr.read()  # type: ignore[union-attr]
    return lines


def answered_after(saver: Process, until_then: set[str]) -> list[str]:
    """What it was told is saved until it is ended, of which some came after `until_then`."""
    names = answered(saver, 20)
    while names[-1] in until_then:
        names += answered(saver, 1)
    return names + rest(saver)


def rest(saver: Process) -> list[str]:
    """All others that it was told are saved, up to where it is ended."""
    saver.kill()
    return saver.stdout.read().split()  # type: ignore[union-attr]


def test_what_was_saved_before_a_backup_began_is_back_and_nothing_is_torn(real_shop: Shop) -> None:
    with real_shop.saving(*SAVERS) as savers:
        before = [name for saver in savers for name in answered(saver, 20)]
        backup = real_shop.back_up()
        until_then = real_shop.batches()
        during = [name for saver in savers for name in answered_after(saver, until_then)]
    live = real_shop.rows()
    real_shop.destroy()
    code, said = real_shop.manage("restore", backup)
    assert code == 0, said
    restored = real_shop.rows()

    assert restored.keys() == live.keys()
    # What changes with each save: how far SQLite has counted, and what a saver is yet to be told.
    of_savers = live.pop("django_session").keys() | live.pop("sqlite_sequence", Counter()).keys()
    assert {row[0] for row in of_savers} >= {row[0] for row in restored["django_session"]}
    for table in live:
        assert restored[table] - live[table] == Counter()  # each row as it was, none twice
    came_later = {table for table in live if restored[table] != live[table]}
    assert came_later <= {"batches_batch", "batches_historicalbatch"}

    batches = real_shop.batches()
    assert set(before) <= batches
    assert f"{len(batches)} batches" in said
    for name in SAVERS:  # of each, what was saved up to one moment, without a gap
        of_one = [batch for batch in batches if batch.startswith(name)]
        assert set(of_one) == {f"{name}-{number}" for number in range(1, len(of_one) + 1)}
        assert len(of_one) < len([it for it in before + during if it.startswith(name)])
    histories = [row["batch_identifier"] for row in real_shop.table("batches_historicalbatch")]
    saved = [history for history in histories if history.startswith(SAVERS)]
    assert sorted(saved) == sorted(batch for batch in batches if batch.startswith(SAVERS))


def test_a_restored_shop_goes_on_and_its_next_backup_holds_the_same(real_shop: Shop) -> None:
    before = real_shop.rows()
    backup = real_shop.back_up()
    real_shop.destroy()
    assert real_shop.manage("restore", backup)[0] == 0
    assert real_shop.rows() == before
    with real_shop.saving("cem") as [saver]:
        answered(saver, 2)
    after = real_shop.rows()
    again = real_shop.back_up()
    assert real_shop.manage("restore", again, "--overwrite")[0] == 0
    assert real_shop.rows() == after


def enlarge(real_shop: Shop) -> None:
    """So that to write a backup takes some seconds; it does not compress."""
    real_shop.execute("CREATE TABLE ballast (id integer PRIMARY KEY, data text)")
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
    noise = {
        "sqlite": "hex(randomblob(1000))",
        "postgresql": "repeat(md5(random()::text || i), 4) || md5(random()::text)",
    }
    rows = {"sqlite": 20_000, "postgresql": 200_000}[real_shop.vendor]
    real_shop.execute(
        f"INSERT INTO ballast {numbers.format(rows)} SELECT i, {noise[real_shop.vendor]} FROM n"
    )


def begun(real_shop: Shop) -> Process:
    """A backup of which the first bytes are written, and not the last."""
    process = real_shop.start("manage.py", "backup")
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in real_shop.backups.glob("unfinished-*")):
        assert process.poll() is None
        assert time.monotonic() < deadline
    return process


def test_one_that_is_killed_half_way_is_no_backup_and_the_next_works(
    real_shop: Shop,
) -> None:
    enlarge(real_shop)
    process = begun(real_shop)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert backups_in(names_in(real_shop.backups)) == []
    assert [it for it in names_in(real_shop.backups) if it.startswith("unfinished-")] != []
    backup = real_shop.back_up()
    require_whole(backup)
    assert sorted(names_in(real_shop.backups)) == [".lock", backup.name, f"{backup.name}.sha256"]
    left = {path.name for path in real_shop.folder.iterdir()}
    assert {it for it in left if it.startswith(".freshness-backup-")} == set()


def test_a_second_one_at_the_same_time_says_so(real_shop: Shop) -> None:
    with only_one(real_shop.backups):
        said = real_shop.manage("backup")
    wait = "Another backup or restore is under way. Wait until it is done.\n"
    assert said == (1, f"CommandError: {wait}")
    assert backups_in(names_in(real_shop.backups)) == []
