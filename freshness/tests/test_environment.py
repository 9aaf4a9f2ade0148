import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from freshness.environment import (
    Environment,
    database,
    host_of,
    kept_secret,
    one_of,
    public_url,
    secret,
    short_text,
    time_zone,
    whole_number,
    yes_or_no,
)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (yes_or_no, "True", True),
        (yes_or_no, "0", False),
        (whole_number(1, 65_535), "8080", 8080),
        (one_of("open", "closed"), "open", "open"),
        (short_text(60), "Ox & tail 👨‍🍳", "Ox & tail 👨‍🍳"),
        (public_url, "https://fresh.example.com:", "https://fresh.example.com"),
        (time_zone, "Pacific/Kiritimati", "Pacific/Kiritimati"),
        (public_url, "https://fresh.example.com", "https://fresh.example.com"),
        (public_url, "https://Fresh.Example.com/", "https://fresh.example.com"),
        (public_url, "http://192.168.1.20:8000", "http://192.168.1.20:8000"),
        (public_url, "http://[fd00::2]:8000", "http://[fd00::2]:8000"),
        (public_url, "http://shop-laptop", "http://shop-laptop"),
    ],
)
def test_a_right_value_is_taken(parse: Callable[[str], Any], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "remedy"),
    [
        (yes_or_no, "maybe", "Write true or false."),
        (whole_number(1, 65_535), "0", "Write a whole number from 1 to 65535."),
        (whole_number(1, 65_535), "65536", "Write a whole number from 1 to 65535."),
        (whole_number(1, 65_535), "8e3", "Write a whole number from 1 to 65535."),
        (whole_number(1, 65_535), "९", "Write a whole number from 1 to 65535."),
        (whole_number(1, 65_535), "8" * 5000, "Write a whole number from 1 to 65535."),
        (one_of("open", "closed"), "Open", "Write one of: open, closed."),
        (short_text(60), "x" * 61, "Write at most 60 characters."),
        (short_text(60), "a\x07b", "Write at most 60 characters."),
        (time_zone, "Mars/Phobos", "Write a name such as Europe/Istanbul."),
        (time_zone, "../../etc/passwd", "Write a name such as Europe/Istanbul."),
        (public_url, "fresh.example.com", "Write https://fresh.example.com."),
        (public_url, "ftp://fresh.example.com", "Write https://fresh.example.com."),
        (public_url, "https://", "Write an address like https://fresh.example.com."),
        (public_url, "http://my_laptop:8000", "Write an address like https://fresh.example.com."),
        (public_url, "http://..", "Write an address like https://fresh.example.com."),
        (public_url, "http://256.256.256.256", "Write an address like https://fresh.example.com."),
        (public_url, "http://[fe80::1%eth0]", "Write an address like https://fresh.example.com."),
        (public_url, f"http://{'a' * 64}.com", "Write an address like https://fresh.example.com."),
        (public_url, "http://-.-", "Write an address like https://fresh.example.com."),
        (public_url, "http://127.1", "Write an address like https://fresh.example.com."),
        (public_url, "http://[fd00::2", "Write https://fresh.example.com."),
        (secret, "short", "Write 50 random characters or more"),
        (public_url, "https://a b", "Write an address like https://fresh.example.com."),
        (public_url, "https://user:pw@fresh.example.com", "Write an address like https://"),
        (public_url, "https://fresh.example.com:99999", "Write https://fresh.example.com."),
        (public_url, "https://fresh.example.com/shop", "Write https://fresh.example.com."),
        (public_url, "https://fresh.example.com?a=1", "Write https://fresh.example.com."),
        (public_url, "https://köşk.example", "Write xn--kk-fka43b.example."),
        (database, "mysql://root@localhost/shop", "Write postgres://user:password@host:5432/name"),
        (database, "shop.sqlite3", "Write postgres://user:password@host:5432/name"),
        (database, "sqlite://:memory:", "nothing would be kept"),
        (database, "sqlite:////:memory:", "nothing would be kept"),
        (database, "sqlite:///file:x?mode=memory", "nothing would be kept"),
        (database, "postgres://user:secret@host:port/name", "Write postgres://"),
    ],
)
def test_a_wrong_value_is_refused_with_its_remedy(
    parse: Callable[[str], Any], text: str, remedy: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse(text)
    assert remedy in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


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
    monkeypatch.setenv("SHOP_NAME", "to be forgotten again")
    monkeypatch.delenv("SHOP_NAME")
    file = tmp_path / ".env"
    file.write_text("SHOP_NAME='Köşk & Co.'\n\n# PORT=2\nPORT=3\n", encoding)
    env = Environment()
    env.load(file)
    assert env.read("SHOP_NAME", str, default="") == "Köşk & Co."
    assert env.read("PORT", str, default="") == "1"
    assert env.problems == []
    monkeypatch.delenv("SHOP_NAME")


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


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://fresh.example.com:8000", "fresh.example.com"),
        ("http://[fd00::2]:8000", "[fd00::2]"),
    ],
)
def test_the_host_of_an_address_is_as_the_host_header_names_it(url: str, host: str) -> None:
    assert host_of(url) == host


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
