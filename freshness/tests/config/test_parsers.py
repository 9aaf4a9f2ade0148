from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from freshness.config.parsers import (
    EmailServer,
    database,
    email_address,
    email_server,
    folder_in,
    host_of,
    one_of,
    other_place,
    private_address,
    public_key,
    public_url,
    secret,
    short_text,
    time_zone,
    whole_number,
    yes_or_no,
)

AGE_KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


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
        (email_address, "shop@example.com", "shop@example.com"),
        (folder_in(Path("/srv/shop")), "backups", Path("/srv/shop/backups")),
        (folder_in(Path("/srv/shop")), "/mnt/../backups", Path("/backups")),
        (public_key, AGE_KEY, AGE_KEY),
        (other_place, "/mnt/other disk", "/mnt/other disk"),
        (other_place, "remote:shop/backups", "remote:shop/backups"),
        (other_place, "remote:", "remote:"),
        (email_server, "smtp://mail", EmailServer("mail", 25, "", "", False, False)),
        (
            email_server,
            "smtps://a%40b.com:p%2Fw@mail:466/",
            EmailServer("mail", 466, "a@b.com", "p/w", True, False),
        ),
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
        (folder_in(Path("/")), "/etc/passwd", "Write the path of a folder."),
        (public_key, "age1", "Write the one that begins with age1"),
        (public_key, "AGE-SECRET-KEY-1", "Write the one that begins with age1"),
        (other_place, "backups", "Write a whole path such as /mnt/backups, or remote:path."),
        (other_place, "--config:x", "Write a whole path such as /mnt/backups, or remote:path."),
        (short_text(60), "x" * 61, "Write at most 60 characters."),
        (short_text(60), "a\u202eb", "Write at most 60 characters."),
        (time_zone, "Mars/Phobos", "Write a name such as Europe/Istanbul."),
        (time_zone, "right/UTC", "Write a name such as Europe/Istanbul."),
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
        (email_address, "shop", "Write shop@example.com."),
        (email_server, "mail.example.com", "Write smtp+tls://user:password@mail.example.com:587"),
        (email_server, "https://mail.example.com", "Write smtp+tls://"),
        (email_server, "smtp://", "Write smtp+tls://"),
        (email_server, "smtp://user:p#w@mail", "In a password, write @ as %40"),
        (email_server, "smtp://mail:99999", "Write smtp+tls://"),
        (email_server, "smtp://[mail", "Write smtp+tls://"),
        (secret, "short", "Write 50 random characters or more"),
        (public_url, "https://a b", "Write an address like https://fresh.example.com."),
        (public_url, "https://user:pw@fresh.example.com", "Write an address like https://"),
        (public_url, "https://fresh.example.com:99999", "Write https://fresh.example.com."),
        (public_url, "https://fresh.example.com/shop", "Write https://fresh.example.com."),
        (public_url, "https://fresh.example.com?a=1", "Write https://fresh.example.com."),
        (public_url, "https://köşk.example", "Write xn--kk-fka43b.example."),
        (private_address, "0.0.0.0", "in a network of your own, such as 10.0.0.5."),
        (private_address, "8.8.8.8", "in a network of your own, such as 10.0.0.5."),
        (private_address, "web1", "in a network of your own, such as 10.0.0.5."),
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


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://fresh.example.com:8000", "fresh.example.com"),
        ("http://[fd00::2]:8000", "[fd00::2]"),
    ],
)
def test_the_host_of_an_address_is_as_the_host_header_names_it(url: str, host: str) -> None:
    assert host_of(url) == host
