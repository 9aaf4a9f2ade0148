"""A shop that moves from SQLite to PostgreSQL."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ..shops import PostgresShop, Shop, SqliteShop
from .test_restore_drill import answered

pytest.importorskip("fcntl", reason="copy_from needs Linux or macOS")


@pytest.fixture(autouse=True)
def noon() -> None:
    """The shops are programs of their own, with their own clock."""


@pytest.fixture
def empty(postgres_shop: PostgresShop) -> PostgresShop:
    postgres_shop.destroy()
    return postgres_shop


def read(shop: Shop, table: str) -> list[dict[str, Any]]:
    return sorted(shop.table(table), key=lambda row: str(next(iter(row.values()))))


def test_every_row_arrives_and_the_file_stays_as_it_was(
    sqlite_shop: SqliteShop, empty: PostgresShop
) -> None:
    before = sqlite_shop.path.read_bytes()
    code, said = empty.manage("copy_from", sqlite_shop.path)
    assert (code, said) == (
        0,
        "Copied 1 account and 12 batches, the newest of them "
        f"{newest(sqlite_shop)}. Every row was compared, and is the same.\n",
    )
    assert sqlite_shop.path.read_bytes() == before
    ours, theirs = set(empty.tables()), set(sqlite_shop.tables()) - {"sqlite_sequence"}
    assert ours == theirs
    for table in ours - {"django_migrations"}:
        assert len(read(empty, table)) == len(read(sqlite_shop, table))
        for here, there in zip(read(empty, table), read(sqlite_shop, table), strict=True):
            assert here.keys() == there.keys()
            for column, value in here.items():
                assert same(value, there[column]), f"{table}.{column}"


def same(here: Any, there: Any) -> bool:
    """Whether SQLite's way to keep a value means the one that PostgreSQL has."""
    if isinstance(here, datetime):
        return here == datetime.fromisoformat(there).replace(tzinfo=UTC)
    if isinstance(here, date):
        return bool(f"{here}" == there)
    if isinstance(here, Decimal):
        return bool(here == Decimal(f"{there}"))
    if isinstance(here, dict | list):
        return bool(here == json.loads(there))
    return bool(here == there)


def newest(shop: Shop) -> str:
    rows = sorted(shop.table("batches_batch"), key=lambda row: (row["created_at"], row["id"]))
    return f"{rows[-1]['batch_identifier']}"


def test_the_second_time_it_says_that_all_is_there(
    sqlite_shop: SqliteShop, empty: PostgresShop
) -> None:
    assert empty.manage("copy_from", sqlite_shop.path)[0] == 0
    before = empty.rows()
    code, said = empty.manage("copy_from", sqlite_shop.path)
    assert code == 0
    assert said.startswith("Nothing was done: 1 account and 12 batches, the newest of them ")
    assert empty.rows() == before


def test_a_shop_that_went_on_in_postgresql_is_not_overwritten_unless_told(
    sqlite_shop: SqliteShop, empty: PostgresShop
) -> None:
    assert empty.manage("copy_from", sqlite_shop.path)[0] == 0
    with empty.saving("dora") as [saver]:
        answered(saver, 1)
    assert empty.refuses("copy_from", sqlite_shop.path) == (
        "The PostgreSQL that DATABASE_URL names holds other accounts or batches, so nothing was "
        "moved. With --overwrite they are replaced."
    )
    assert empty.manage("copy_from", sqlite_shop.path, "--overwrite")[0] == 0
    assert "dora-1" not in empty.batches()


def test_numbers_go_on_after_the_highest_ever_given(
    sqlite_shop: SqliteShop, empty: PostgresShop
) -> None:
    sqlite_shop.execute(
        "UPDATE sqlite_sequence SET seq = 99 WHERE name = 'batches_historicalbatch'"
    )
    assert empty.manage("copy_from", sqlite_shop.path)[0] == 0
    with empty.saving("dora") as [saver]:
        answered(saver, 1)
    [entry] = [
        row for row in empty.table("batches_historicalbatch") if row["batch_identifier"] == "dora-1"
    ]
    assert entry["history_id"] == 100


def test_values_of_every_kind_arrive_exactly(sqlite_shop: SqliteShop, empty: PostgresShop) -> None:
    sqlite_shop.execute(
        "UPDATE batches_batch SET supplier = 'Çiğ Köfte \\N ''\" \t\n\\ 🐄', "
        "created_at = '2026-03-29 00:59:59.123456', "
        "updated_at = '2026-10-25 00:00:00' "
        "WHERE id = (SELECT min(id) FROM batches_batch)"
    )
    sqlite_shop.execute(
        "UPDATE batches_batch SET removal = 'discarded', removal_reason = 'warm', "
        "discarded_weight = 12.345 "
        "WHERE removal != ''"
    )
    assert empty.manage("copy_from", sqlite_shop.path)[0] == 0
    [row] = [it for it in empty.table("batches_batch") if it["supplier"].startswith("Çiğ")]
    assert row["supplier"] == "Çiğ Köfte \\N '\" \t\n\\ 🐄"
    [weight] = {it["discarded_weight"] for it in empty.table("batches_batch")} - {None}
    assert f"{weight}" == "12.345"
    moments = [row["created_at"].timestamp(), row["updated_at"].timestamp()]
    assert moments == [1774745999.123456, 1792886400.0]


def test_whoever_was_signed_in_still_is(sqlite_shop: SqliteShop, empty: PostgresShop) -> None:
    with sqlite_shop.saving("dora") as [saver]:
        answered(saver, 1)
    assert empty.manage("copy_from", sqlite_shop.path)[0] == 0
    sessions = [row["session_key"] for row in empty.table("django_session")]
    assert sessions == [row["session_key"] for row in sqlite_shop.table("django_session")]
    assert len(sessions) == 1


def test_a_row_that_postgresql_refuses_undoes_all(
    sqlite_shop: SqliteShop, empty: PostgresShop
) -> None:
    sqlite_shop.execute("UPDATE accounts_user SET email = printf('%.300c', 'x')")
    assert empty.manage("migrate", "--verbosity=0") == (0, "")
    assert empty.refuses("copy_from", sqlite_shop.path) == (
        "Nothing was moved: PostgreSQL refuses a row of accounts_user: value too long for type "
        "character varying(254)."
    )


def test_what_is_no_shop_of_this_program_is_refused(
    sqlite_shop: SqliteShop, empty: PostgresShop
) -> None:
    songs = sqlite_shop.folder / "songs.sqlite3"
    with closing(sqlite3.connect(songs)) as database:
        database.execute("CREATE TABLE songs (title text)")
    text = sqlite_shop.folder / "README.md"
    text.write_text("Dear all")
    assert empty.refuses("copy_from", songs) == "songs.sqlite3 holds no Freshness Tracker's data."
    assert empty.refuses("copy_from", text) == "Nothing was moved: file is not a database."
    assert empty.refuses("copy_from", "/no.sqlite3") == "There is no file /no.sqlite3."


def test_one_of_another_version_is_refused(sqlite_shop: SqliteShop, empty: PostgresShop) -> None:
    name = "0013_recalled_batches_in_order"
    sqlite_shop.execute(f"UPDATE django_migrations SET name = '9999_x' WHERE name = '{name}'")
    assert empty.refuses("copy_from", sqlite_shop.path) == (
        "shop.sqlite3 comes from a newer Freshness Tracker: the migration batches.9999_x is not "
        "known here. Update this program first."
    )
    sqlite_shop.execute("DELETE FROM django_migrations WHERE name = '9999_x'")
    assert empty.refuses("copy_from", sqlite_shop.path) == (
        "shop.sqlite3 is older than this program. First run: "
        f"DATABASE_URL=sqlite:///{sqlite_shop.path} manage.py migrate"
    )


def test_a_shop_that_is_still_open_is_not_copied(
    sqlite_shop: SqliteShop, empty: PostgresShop
) -> None:
    with closing(sqlite3.connect(sqlite_shop.path)) as served:
        served.execute("SELECT * FROM batches_batch").fetchone()
        assert empty.refuses("copy_from", sqlite_shop.path) == (
            "Another program has shop.sqlite3 open. Stop the shop first (and Litestream, where it "
            "runs)."
        )


def test_it_goes_to_postgresql_alone(sqlite_shop: SqliteShop) -> None:
    assert sqlite_shop.refuses("copy_from", sqlite_shop.path) == (
        "DATABASE_URL names no PostgreSQL, so there is nowhere to move to. Let it name one."
    )
