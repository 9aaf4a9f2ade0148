import stat
import threading
from pathlib import Path

import pytest

from freshness.config.environment import Environment, kept_secret
from freshness.config.parsers import whole_number, yes_or_no


def test_every_problem_is_kept_and_the_default_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "zero")
    monkeypatch.setenv("DEBUG", "maybe")
    env = Environment()
    assert env.read("PORT", whole_number(1, 9), default=8) == 8
    assert env.read("DEBUG", yes_or_no, default=False) is False
    assert [problem.split(":")[0] for problem in env.problems] == ["PORT", "DEBUG"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_adds_what_is_not_set_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setenv("PORT", "1")
    for name in ("SHOP_NAME", "REGISTRATON"):  # what the file adds is forgotten after the test
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    file = tmp_path / ".env"
    file.write_text("SHOP_NAME='Köşk & Co.'\n \n# PORT=2\nPORT=3\nREGISTRATON=closed\n", encoding)
    env = Environment()
    env.load(file)
    assert env.read("SHOP_NAME", str, default="") == "Köşk & Co."
    assert env.read("PORT", str, default="") == "1"
    assert env.problems == []
    assert env.unknown() == ["REGISTRATON"]


@pytest.mark.parametrize(
    "content",
    [
        b"PORT = 8123",
        b"PORT: 8123",
        b" PORT=8123",
        b"PORT",
        b"PORT=\x00",
        "PORT=ü".encode("latin1"),
    ],
)
def test_a_file_that_cannot_be_read_in_full_is_a_problem(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    env = Environment()
    env.load(file)
    [problem] = env.problems
    assert problem.startswith(".env: ")


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    env = Environment()
    env.load(tmp_path / ".env")
    assert env.problems == []


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_setting_is_an_unset_one(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    env = Environment()
    assert env.read("PORT", whole_number(1, 9), default=8) == 8
    assert env.problems == []


def test_a_setting_may_have_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "port").write_text("2\n")
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("PORT_FILE", f"{tmp_path}/port")
    env = Environment()
    assert env.read("PORT", whole_number(1, 9), default=8) == 2
    monkeypatch.setenv("PORT", "3")
    assert env.read("PORT", whole_number(1, 9), default=8) == 3
    assert env.problems == []


def test_a_file_of_its_own_that_cannot_be_read_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "latin").write_bytes("ü".encode("latin1"))
    monkeypatch.setenv("PORT", "")
    env = Environment()
    for path in ("none", "latin", ""):
        monkeypatch.setenv("PORT_FILE", f"{tmp_path}/{path}")
        assert env.read("PORT", whole_number(1, 9), default=8) == 8
    assert [problem.split(":")[0] for problem in env.problems] == ["PORT_FILE"] * 3


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    first = kept_secret(path)
    assert len(first) >= 50
    assert kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_an_empty_secret_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.touch()
    assert len(kept_secret(path)) >= 50


def test_many_who_start_at_once_share_one_secret(tmp_path: Path) -> None:
    secrets: list[str] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        secrets.append(kept_secret(tmp_path / "secret_key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 8
    assert len(set(secrets)) == 1
