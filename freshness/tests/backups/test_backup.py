"""What a backup is refused for, and what it leaves behind, told by real shops."""

import gzip
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from freshness.backups.errors import BackupError, reason
from freshness.backups.files import backups_in, checksum_file, names_in
from freshness.backups.remote_copies import last_error
from freshness.backups.streams import Identity, require_whole, write_checksum

from ..shops import PostgresShop, Shop, SqliteShop
from .test_restore_drill import answered

pytest.importorskip("fcntl", reason="backups need Linux or macOS")


@pytest.fixture(autouse=True)
def noon() -> None:
    """The shops are programs of their own, with their own clock."""


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    """Its private key is in the file `key`, as age-keygen writes it."""
    identity = Identity.generate()
    (tmp_path / "key").write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    return identity


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def two_of_a_day(folder: Path) -> list[str]:
    """Backups of a day that is past; of which only the last need be kept."""
    folder.mkdir(exist_ok=True)
    names = [f"freshness-20260105T0{hour}0000Z.sqlite3.gz" for hour in (1, 2)]
    for name in names:
        (folder / name).touch()
        checksum_file(folder / name).touch()
    return names


class TestABackup:
    def test_is_for_its_owner_alone(self, real_shop: Shop) -> None:
        backup = real_shop.back_up()
        assert mode(real_shop.backups) == "0o700"
        assert {mode(path) for path in real_shop.backups.iterdir()} == {"0o600"}
        require_whole(backup)

    def test_is_what_the_databases_own_tools_read(self, sqlite_shop: SqliteShop) -> None:
        backup = sqlite_shop.back_up()
        plain = sqlite_shop.folder / "plain.sqlite3"
        plain.write_bytes(gzip.decompress(backup.read_bytes()))
        with closing(sqlite3.connect(plain)) as database:
            [count] = database.execute("SELECT count(*) FROM batches_batch").fetchone()
        assert count == 12

    def test_leaves_the_newest_of_a_day_that_is_past(self, sqlite_shop: SqliteShop) -> None:
        old = two_of_a_day(sqlite_shop.backups)
        (sqlite_shop.backups / "mine.txt").touch()
        made = [sqlite_shop.back_up().name, sqlite_shop.back_up().name]
        assert backups_in(names_in(sqlite_shop.backups)) == [old[1], *made]
        assert (sqlite_shop.backups / "mine.txt").exists()

    def test_of_no_database_says_so(self, tmp_path: Path) -> None:
        code, said = SqliteShop(tmp_path / "empty").manage("backup")
        assert (code, said.count("\n")) == (1, 1)
        assert (
            said
            == f"CommandError: There is no database at {tmp_path}/empty/shop.sqlite3 to back up.\n"
        )

    def test_of_a_broken_database_is_refused(self, sqlite_shop: SqliteShop) -> None:
        sqlite_shop.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with sqlite_shop.path.open("r+b") as file:
            file.seek(4096 * 20)
            file.write(os.urandom(4096 * 5))
        code, said = sqlite_shop.manage("backup")
        assert (code, said.count("\n")) == (1, 1)
        assert said.startswith("CommandError: ")
        assert backups_in(names_in(sqlite_shop.backups)) == []


class TestEncrypted:
    def test_it_is_read_with_the_private_key_alone(
        self, real_shop: Shop, identity: Identity
    ) -> None:
        before = real_shop.rows()
        backup = real_shop.back_up(BACKUP_KEY=f"{identity.to_public()}")
        assert backup.name.endswith(".age")
        assert real_shop.refuses("restore", backup, "--overwrite") == (
            f"{backup.name} is encrypted. Name the file of its private key: --identity FILE."
        )
        wrong = real_shop.folder / "wrong"
        wrong.write_text(f"{Identity.generate()}")
        assert real_shop.refuses("restore", backup, "--overwrite", "--identity", wrong) == (
            f"{backup.name} is not opened by this key. (No matching keys found)"
        )
        real_shop.destroy()
        assert real_shop.manage("restore", backup, "--identity", real_shop.folder / "key")[0] == 0
        assert real_shop.rows() == before

    def test_nothing_plain_is_beside_it(self, real_shop: Shop, identity: Identity) -> None:
        backup = real_shop.back_up(BACKUP_KEY=f"{identity.to_public()}")
        assert sorted(names_in(real_shop.backups)) == [
            ".lock",
            backup.name,
            f"{backup.name}.sha256",
        ]
        assert b"demo@example.com" not in backup.read_bytes()
        assert b"demo@example.com" in plain(backup, identity)

    def test_a_file_without_a_private_key_is_told(
        self, sqlite_shop: SqliteShop, identity: Identity
    ) -> None:
        backup = sqlite_shop.back_up(BACKUP_KEY=f"{identity.to_public()}")
        public = sqlite_shop.folder / "public"
        public.write_text(f"{identity.to_public()}")
        for key in (public, backup, sqlite_shop.folder / "missing"):
            assert sqlite_shop.refuses("restore", backup, "--overwrite", "--identity", key) == (
                f"{key} holds no private key: those begin with AGE-SECRET-KEY-1."
            )


def plain(backup: Path, identity: Identity) -> bytes:
    content = pyrage.decrypt(backup.read_bytes(), [identity])
    if ".gz" in backup.suffixes:
        return gzip.decompress(content)
    command = ["pg_restore", "--file=-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


Spoil = Callable[[Path], None]


def flip_a_bit(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)


def cut_in_half(backup: Path) -> None:
    os.truncate(backup, backup.stat().st_size // 2)


def cut_off_the_last_byte(backup: Path) -> None:
    os.truncate(backup, backup.stat().st_size - 1)


def empty(backup: Path) -> None:
    os.truncate(backup, 0)


CUT = [cut_in_half, cut_off_the_last_byte, empty]


@pytest.mark.parametrize("spoil", [*CUT, flip_a_bit])
def test_its_checksum_tells_what_is_not_whole(tmp_path: Path, spoil: Spoil) -> None:
    backup = tmp_path / "freshness-20261122T090000Z.sqlite3.gz"
    backup.write_bytes(os.urandom(1000))
    write_checksum(backup, backup)
    require_whole(backup)
    spoil(backup)
    with pytest.raises(BackupError):
        require_whole(backup)


def test_what_is_not_whole_is_refused_before_anything_is_touched(real_shop: Shop) -> None:
    backup = real_shop.back_up()
    flip_a_bit(backup)
    assert real_shop.refuses("restore", backup, "--overwrite") == (
        f"{backup.name} is corrupt or half-written: its checksum is not that of "
        f"{backup.name}.sha256. Take another backup."
    )


def test_nor_is_it_taken_where_its_checksum_agrees(real_shop: Shop) -> None:
    backup = real_shop.back_up()
    whole = backup.read_bytes()
    for spoil in CUT:
        backup.write_bytes(whole)
        spoil(backup)
        write_checksum(backup, backup)
        said = real_shop.refuses("restore", backup, "--overwrite")
        assert said.startswith(
            (f"{backup.name} holds no sound database: ", f"{backup.name} is no archive that")
        )


def test_without_its_checksum_it_is_refused(real_shop: Shop) -> None:
    backup = real_shop.back_up()
    checksum_file(backup).unlink()
    assert real_shop.refuses("restore", backup, "--overwrite") == (
        f"{backup.name} has no {backup.name}.sha256 beside it, by which to tell whether it is "
        "whole. Copy both files, or take another backup."
    )


def test_other_files_are_refused(sqlite_shop: SqliteShop) -> None:
    readme = sqlite_shop.folder / "README.md"
    readme.write_text("Dear all")
    assert sqlite_shop.refuses("restore", readme, "--overwrite") == (
        "README.md is no backup of Freshness Tracker: those are called such as "
        "freshness-20261122T090000Z.sqlite3.gz."
    )
    named = sqlite_shop.folder / "freshness-20261122T090000Z.sqlite3.gz"
    assert sqlite_shop.refuses("restore", named) == f"There is no file {named}."
    other = sqlite_shop.folder / "other.sqlite3"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE songs (title text)")
    named.write_bytes(gzip.compress(other.read_bytes()))
    write_checksum(named, named)
    assert sqlite_shop.refuses("restore", named, "--overwrite") == (
        f"{named.name} holds no Freshness Tracker's data."
    )


def test_one_of_a_newer_program_is_refused(real_shop: Shop) -> None:
    real_shop.execute(
        "INSERT INTO django_migrations (id, app, name, applied) "
        "VALUES (9999, 'batches', '0999_of_tomorrow', '2026-11-22 09:00:00')"
    )
    backup = real_shop.back_up()  # an upgrade may be under way, and the old program's backup due
    assert real_shop.refuses("restore", backup, "--overwrite") == (
        f"{backup.name} comes from a newer Freshness Tracker: the migration "
        "batches.0999_of_tomorrow is not known here. Update this program first."
    )


def test_one_of_an_older_program_says_that_migrate_is_to_be_run(real_shop: Shop) -> None:
    app, name = "batches", "0013_recalled_batches_in_order"
    real_shop.execute(f"DELETE FROM django_migrations WHERE app = '{app}' AND name = '{name}'")
    backup = real_shop.back_up()
    code, said = real_shop.manage("restore", backup, "--overwrite")
    assert code == 0
    assert said.splitlines()[-1] == "It is older than this program. Now run: manage.py migrate"


def test_a_shop_that_holds_something_is_not_overwritten_unless_told(real_shop: Shop) -> None:
    backup = real_shop.back_up()
    with real_shop.saving("dora") as [saver]:
        answered(saver, 1)
    assert real_shop.refuses("restore", backup) == (
        "The database holds accounts or batches, so nothing was restored. With --overwrite they "
        "are replaced by what the backup holds."
    )
    assert real_shop.manage("restore", backup, "--overwrite")[0] == 0
    assert "dora-1" not in real_shop.batches()


def test_a_shop_with_tables_and_nothing_in_them_is_free(real_shop: Shop) -> None:
    before, backup = real_shop.rows(), real_shop.back_up()
    real_shop.destroy()
    assert real_shop.manage("migrate", "--verbosity=0") == (0, "")
    code, said = real_shop.manage("restore", backup)
    assert (code, "What was there before" in said) == (0, False)
    assert real_shop.rows() == before


class TestSqlite:
    @pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
    @pytest.mark.parametrize("is_empty_file", [True, False])
    def test_where_nothing_was_nothing_is_said_to_be_kept(
        self, sqlite_shop: SqliteShop, overwrite: list[str], is_empty_file: bool
    ) -> None:
        backup = sqlite_shop.back_up()
        sqlite_shop.destroy()
        if is_empty_file:
            sqlite_shop.path.touch()
        code, said = sqlite_shop.manage("restore", backup, *overwrite)
        assert code == 0
        assert said.startswith("Restored 1 account and 12 batches")
        assert said.count("\n") == 1
        assert not list(sqlite_shop.folder.glob("*.before-*"))

    def test_what_was_there_is_kept_beside_it(self, sqlite_shop: SqliteShop) -> None:
        backup = sqlite_shop.back_up()
        with sqlite_shop.saving("dora") as [saver]:
            answered(saver, 1)
        before = sqlite_shop.rows()
        code, said = sqlite_shop.manage("restore", backup, "--overwrite")
        [kept] = re.findall(
            r"What was there before is kept as (shop\.sqlite3\.before-\w+)\.\n", said
        )
        assert code == 0
        sqlite_shop.path = sqlite_shop.folder / kept
        assert sqlite_shop.rows() == before

    def test_a_log_that_a_crash_left_is_not_replayed_into_it(self, sqlite_shop: SqliteShop) -> None:
        backup, before = sqlite_shop.back_up(), sqlite_shop.rows()
        crashed = sqlite_shop.folder / "crashed"
        crashed.mkdir()
        with closing(sqlite3.connect(sqlite_shop.path)) as open_one:
            open_one.execute("UPDATE batches_batch SET supplier = 'Nobody'")
            open_one.commit()
            for path in sqlite_shop.folder.glob("shop.sqlite3*"):
                shutil.copy(path, crashed)
        for path in crashed.iterdir():
            shutil.copy(path, sqlite_shop.folder)
        assert (sqlite_shop.folder / "shop.sqlite3-wal").stat().st_size > 0
        with sqlite_shop.path.open("r+b") as file:
            file.write(b"torn")  # so that SQLite cannot take the log up before
        assert sqlite_shop.manage("restore", backup, "--overwrite")[0] == 0
        assert sqlite_shop.rows() == before

    def test_a_database_that_is_open_is_not_replaced(self, sqlite_shop: SqliteShop) -> None:
        backup = sqlite_shop.back_up()
        with closing(sqlite3.connect(sqlite_shop.path)) as served:
            served.execute("SELECT * FROM batches_batch").fetchone()
            assert sqlite_shop.refuses("restore", backup, "--overwrite") == (
                "Another program has shop.sqlite3 open. Stop the shop first (and Litestream, where "
                "it runs)."
            )

    def test_it_is_not_restored_into_postgresql(self, sqlite_shop: SqliteShop) -> None:
        backup = sqlite_shop.back_up()
        code, said = sqlite_shop.manage("restore", backup, DATABASE_URL="postgres://127.0.0.1/no")
        assert (code, said) == (
            1,
            f"CommandError: {backup.name} is of SQLite, and the database is PostgreSQL. Restore it "
            "into SQLite, by DATABASE_URL=sqlite:////tmp/shop.sqlite3, and move it from there: "
            "manage.py copy_from /tmp/shop.sqlite3.\n",
        )
        other = backup.with_name("freshness-20261122T090000Z.postgresql.dump")
        other.touch()
        assert sqlite_shop.refuses("restore", other, "--overwrite") == (
            f"{other.name} is of PostgreSQL, and the database is SQLite. Let DATABASE_URL name a "
            "PostgreSQL."
        )


class TestPostgres:
    @pytest.fixture
    def real_shop(self, postgres_shop: PostgresShop) -> PostgresShop:
        return postgres_shop

    def test_what_fails_half_way_leaves_all_as_it_was(self, real_shop: PostgresShop) -> None:
        backup = real_shop.back_up()
        real_shop.execute(
            "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no index today'; END $$"
        )
        real_shop.execute(
            "CREATE EVENT TRIGGER no_index ON ddl_command_start WHEN TAG IN ('CREATE INDEX') "
            "EXECUTE FUNCTION refuse()"
        )
        assert real_shop.refuses("restore", backup, "--overwrite") == (
            "psql did not do it: no index today."
        )

    def test_the_schema_holds_nothing_that_a_backup_leaves_out(
        self, real_shop: PostgresShop
    ) -> None:
        query = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert real_shop.asked(query) == []
        types = "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND "
        assert real_shop.asked(types + "typtype NOT IN ('c', 'b')") == []

    def test_the_password_is_in_no_command(self, real_shop: PostgresShop, tmp_path: Path) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        for name in ("pg_dump", "psql"):
            script = (
                f'#!/bin/sh\necho "{name} $@" >> {tmp_path}/said\nexec {shutil.which(name)} "$@"\n'
            )
            (tools / name).write_text(script)
            (tools / name).chmod(0o755)
        path = f"{tools}:{os.environ['PATH']}"
        backup = real_shop.back_up(PATH=path)
        assert real_shop.manage("restore", backup, "--overwrite", PATH=path)[0] == 0
        said = (tmp_path / "said").read_text()
        assert [line.split()[0] for line in said.splitlines()] == ["pg_dump", "psql"]
        user, password = real_shop.login["user"], f"{real_shop.login['password']}"
        assert f"-U {user} " in said
        # As a word: a test database may be named for its owner, and owner and password be alike.
        assert not re.search(rf"\b{re.escape(password)}\b", said.replace(f"-U {user} ", ""))

    def test_where_the_database_does_not_answer_it_says_so(self, real_shop: PostgresShop) -> None:
        backup, url = real_shop.back_up(), real_shop.url.replace("_drill", "_nowhere")
        code, said = real_shop.manage("restore", backup, DATABASE_URL=url)
        assert (code, said.splitlines()[-1][:36]) == (1, "CommandError: Nothing was restored: ")

    def test_where_its_tools_are_missing_it_says_so(self, real_shop: PostgresShop) -> None:
        nowhere = f"{Path(sys.executable).parent}"
        missing = "There is no pg_dump here. Install PostgreSQL's client."
        assert real_shop.refuses("backup", PATH=nowhere) == missing
        backup = real_shop.back_up()
        missing = "There is no pg_restore here. Install PostgreSQL's client."
        assert real_shop.refuses("restore", backup, "--overwrite", PATH=nowhere) == missing


class TestDiskFull:
    def test_it_is_said_in_one_sentence_and_nothing_is_left(self, real_shop: Shop) -> None:
        """As where the disk is full: no file can become larger than a few bytes."""
        code, said = real_shop.manage("backup", limit=16_384)
        assert (code, said.count("\n")) == (1, 1)
        assert said.startswith("CommandError: No backup was made: ")
        assert names_in(real_shop.backups) == [".lock"]
        real_shop.back_up()

    def test_a_restore_that_finds_no_room_touches_nothing(self, sqlite_shop: SqliteShop) -> None:
        backup = sqlite_shop.back_up()
        said = sqlite_shop.refuses("restore", backup, "--overwrite", limit=16_384)
        assert said == "Nothing was restored: File too large."

    def test_what_the_system_says_is_told_without_its_number(self) -> None:
        assert reason(OSError(28, "No space left on device")) == "No space left on device"
        assert reason(OSError("OSError: [Errno 28] No space left on device")) == (
            "No space left on device"
        )


class TestCopiedElsewhere:
    def test_into_a_folder(self, sqlite_shop: SqliteShop) -> None:
        other = sqlite_shop.folder / "other disk"
        old = two_of_a_day(other)
        backup = sqlite_shop.back_up(BACKUP_COPY_TO=f"{other}")
        assert backups_in(names_in(other)) == [old[1], backup.name]
        assert {mode(path) for path in other.glob(f"{backup.name}*")} == {"0o600"}
        require_whole(other / backup.name)

    def test_a_disk_that_is_not_mounted_is_told_and_the_backup_is_there(
        self, sqlite_shop: SqliteShop
    ) -> None:
        code, said = sqlite_shop.manage("backup", BACKUP_COPY_TO="/mnt/not mounted")
        [name] = backups_in(names_in(sqlite_shop.backups))
        assert code == 1
        assert said.endswith(
            f"CommandError: {name} was not copied: there is no folder /mnt/not mounted.\n"
        )
        require_whole(sqlite_shop.backups / name)

    def test_by_rclone(self, sqlite_shop: SqliteShop) -> None:
        if not shutil.which("rclone"):
            if os.environ.get("REQUIRE_BACKUP_TOOLS"):
                pytest.fail("There is no rclone here, and REQUIRE_BACKUP_TOOLS asks for it.")
            pytest.skip("needs rclone, and it is not here")
        other = sqlite_shop.folder / "remote"
        place = {"RCLONE_CONFIG_OTHER_TYPE": "local", "BACKUP_COPY_TO": f"other:{other}"}
        old = two_of_a_day(other)
        (other / "mine.txt").touch()
        backup = sqlite_shop.back_up(**place)
        assert backups_in(names_in(other)) == [old[1], backup.name]
        assert (other / "mine.txt").exists()
        require_whole(other / backup.name)

    def test_what_rclone_does_not_do_is_told(self, sqlite_shop: SqliteShop, tmp_path: Path) -> None:
        code, said = sqlite_shop.manage("backup", BACKUP_COPY_TO="nobody:shop")
        assert code == 1
        assert "didn't find section in config file" in said or "BACKUP_COPY_TO" in said
        assert said.splitlines()[-1].startswith(
            ("CommandError: rclone copyto did not do it: ", "CommandError: BACKUP_COPY_TO names a")
        )
        assert len(backups_in(names_in(sqlite_shop.backups))) == 1

    def test_the_reason_of_rclone_is_its_last_error(self) -> None:
        log = """2026/11/30 04:00:00 NOTICE: Config file "/x" not found - using defaults
2026/11/30 04:00:00 ERROR : a.gz: Failed to copy: first try
2026/11/30 04:00:01 NOTICE: Failed to check in, using defaults
2026/11/30 04:00:02 ERROR : Attempt 3/3 failed with 1 errors and: disk quota exceeded
2026/11/30 04:00:02 INFO : Transferred: 0 B
"""
        assert last_error(log) == "Attempt 3/3 failed with 1 errors and: disk quota exceeded"
        assert last_error("one\ntwo\n") == "two"
        assert last_error("") == ""

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (
                "Failed: PUT https://shop:hunter2@dav.example.com/x: 507",
                "//…@dav.example.com/x: 507",
            ),
            ("Failed: x?sv=1&sig=hunter2: 403", "Failed: x?…"),
            ('Failed to create ":s3,secret_access_key=hunter2,region=eu:x"', "region=eu"),
            ('failed: {"access_token":"hunter2","x":1}', '"x":1'),
            ("failed: Authorization: Bearer hunter2", "Bearer …"),
            ("failed: password=hunter2 for shop", "password=… for shop"),
            ("couldn't fetch token: invalid_grant", "couldn't fetch token: invalid_grant"),
        ],
    )
    def test_no_secret_of_rclone_is_told(self, line: str, told: str) -> None:
        assert told in last_error(line)
        assert "hunter2" not in last_error(line)

    def test_an_rclone_that_says_nothing_is_told_by_its_status(
        self, sqlite_shop: SqliteShop
    ) -> None:
        program = sqlite_shop.folder / "bin" / "rclone"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\nexit 7\n")
        program.chmod(0o755)
        path = f"{program.parent}:{os.environ['PATH']}"
        _code, said = sqlite_shop.manage("backup", BACKUP_COPY_TO="other:x", PATH=path)
        assert said.endswith("rclone copyto did not do it: it ended with status 7.\n")
