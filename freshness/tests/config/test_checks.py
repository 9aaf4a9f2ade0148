"""What is warned of at each start: secrets that everybody on this computer can read."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from freshness.config.checks import secrets_are_private
from freshness.config.environment import Environment

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")


@pytest.fixture
def shop_folder(settings: Any, tmp_path: Path) -> Path:
    """A shop's folder with its secrets, for their owner alone."""
    settings.BASE_DIR, settings.VAR_DIR = tmp_path, tmp_path / "var"
    settings.VAR_DIR.mkdir(mode=0o700)
    for file in (tmp_path / ".env", settings.VAR_DIR / "secret_key"):
        file.touch(mode=0o600)
    return tmp_path


def warnings() -> list[str]:
    return [it.msg for it in secrets_are_private(None)]


def test_nothing_is_said_of_what_only_its_owner_reads(shop_folder: Path) -> None:
    assert warnings() == []
    for mode in (0o640, 0o660, 0o400):  # of a group that somebody chose
        (shop_folder / ".env").chmod(mode)
        assert warnings() == []


def test_nor_of_what_is_not_there(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = settings.VAR_DIR = tmp_path / "none"
    assert warnings() == []


@pytest.mark.parametrize(
    ("name", "mode", "command"),
    [
        (".env", 0o644, "chmod 600"),
        (".env", 0o604, "chmod 600"),
        (".env", 0o602, "chmod 600"),
        ("var", 0o755, "chmod 700"),
        ("var", 0o701, "chmod 700"),
        ("var/secret_key", 0o644, "chmod 600"),
    ],
)
def test_what_others_can_read_is_one_sentence_that_mends_it(
    shop_folder: Path, name: str, mode: int, command: str
) -> None:
    path = shop_folder / name
    path.chmod(mode)
    assert warnings() == [
        f"{path.name}: everybody on this computer can read it, and it holds secrets. "
        f"Run: {command} {path}"
    ]


def test_a_link_is_judged_by_what_it_leads_to(shop_folder: Path) -> None:
    settings_file = shop_folder / "freshness.env"
    settings_file.touch()
    settings_file.chmod(0o644)
    (shop_folder / ".env").unlink()
    (shop_folder / ".env").symlink_to(settings_file)
    assert len(warnings()) == 1


@pytest.mark.parametrize(("mode", "folder_mode", "count"), [(0o644, 0o755, 1), (0o644, 0o700, 0)])
def test_a_database_elsewhere(
    shop_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    folder_mode: int,
    count: int,
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a database of PostgreSQL is no file of ours")
    folder = shop_folder / "data"
    folder.mkdir()
    database = folder / "shop.sqlite3"
    sqlite3.connect(database).close()
    database.chmod(mode)
    folder.chmod(folder_mode)
    monkeypatch.setitem(connection.settings_dict, "NAME", f"{database}")
    assert len(warnings()) == count


def test_a_folder_that_cannot_be_made_is_a_problem_in_words(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    env = Environment()
    env.folder(tmp_path / "var")
    [problem] = env.problems
    assert problem.startswith(f"{tmp_path}/var: this folder cannot be made (File exists). Make it")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_key_that_cannot_be_read_is_a_problem_in_words(
    tmp_path: Path, content: bytes | None
) -> None:
    key = tmp_path / "secret_key"
    if content is None:
        key.mkdir()
    else:
        key.write_bytes(content)
    env = Environment()
    assert len(env.kept_secret(key)) >= 50
    [problem] = env.problems
    assert problem.startswith(f"{key}: this key of the sessions cannot be read (")
    assert "delete it" in problem
