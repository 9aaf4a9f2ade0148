"""How each kind of setting is read. A parser raises ValueError with a sentence that mends it."""

import ipaddress
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
import pyrage
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from freshness.config.validators import HIDDEN

TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0"}
# What ends in digits is an IPv4 address to every browser, so a name's last part has a letter.
HOST_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9-]{1,63}\.)*(?=.*[a-z])[a-z0-9-]{1,63}\Z")


def yes_or_no(value: str) -> bool:
    if value.lower() not in TRUE | FALSE:
        raise ValueError(f"“{value}” is neither true nor false. Write true or false.")
    return value.lower() in TRUE


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and least <= int(value[:9]) <= most):
            raise ValueError(f"“{value}” will not do. Write a whole number from {least} to {most}.")
        return int(value)

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"“{value}” is not known. Write one of: {', '.join(choices)}.")
        return value

    return parse


def short_text(most: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) > most or HIDDEN.search(value):
            raise ValueError(
                f"this is too long, or holds hidden characters. Write at most {most} characters."
            )
        return value

    return parse


def folder(value: str) -> Path:
    """A folder that is there."""
    path = Path(value)
    if not path.is_absolute() or not path.is_dir():
        raise ValueError(
            f"“{value}” is no folder here. Make it first. Write its whole path, from / on."
        )
    return path


def secret(value: str) -> str:
    if len(value) < 50:
        raise ValueError(
            "this is easy to guess. Write 50 random characters or more, or leave it out."
        )
    return value


def time_zone(value: str) -> str:
    """An IANA time zone's name, as Django wants it."""
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"“{value}” is not a time zone. Write a name such as Europe/Istanbul.")
    return value


def public_url(value: str) -> str:
    """A site's own address, such as https://fresh.example.com, without a slash at its end."""
    try:
        url = urlsplit(value)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise ValueError(f"“{value}” is not an address. Write https://fresh.example.com.") from None
    if url.scheme not in {"http", "https"}:
        bare = re.sub(r"^\w*:?/+", "", value)
        raise ValueError(
            f"“{value}” does not begin with https:// or http://. Write https://{bare}."
        )
    if not host.isascii():
        raise ValueError(f"“{host}” has letters a QR code cannot carry. Write {punycode(host)}.")
    if not (HOST_NAME.match(host) or is_ip(host)) or port == 0 or url.username is not None:
        raise ValueError(
            f"“{value}” names no host. Write an address like https://fresh.example.com."
        )
    if url.path.strip("/") or url.query or url.fragment:
        raise ValueError(f"“{value}” goes on after the host. Write {url.scheme}://{url.netloc}.")
    return f"{url.scheme}://{host_of(value)}" + (f":{port}" if port else "")


def host_of(url: str) -> str:
    """The host in `url` as a request's Host header names it, without the port."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def private_address(value: str) -> str:
    address = ipaddress.ip_address(value) if is_ip(value) else None
    if (
        not isinstance(address, ipaddress.IPv4Address)
        or address.is_global
        or address.is_unspecified
        or address.is_multicast
    ):
        raise ValueError(
            f"“{value}” will not do. Write this computer's address in a network of your own, such "
            "as 10.0.0.5."
        )
    return value


def punycode(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return "its punycode form, which begins with xn--"


@dataclass(frozen=True)
class EmailServer:
    """Where e-mail is handed in; `tls` from the first byte, or after STARTTLS, or neither."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool

    def sender(self, shop: str) -> str:
        """Whom its e-mail comes from where nobody has said so."""
        return self.user if "@" in self.user else f"noreply@{shop}"


# By scheme: the usual port, and whether it is TLS from the first byte or after STARTTLS.
EMAIL_SCHEMES = {
    "smtp": (25, False, False),
    "smtp+tls": (587, False, True),
    "smtps": (465, True, False),
}


def email_server(value: str) -> EmailServer:
    """The mail server of a URL. The value is never repeated: it may hold a password."""
    try:
        url = urlsplit(value)
        port, tls, starttls = EMAIL_SCHEMES[url.scheme]
        port = url.port or port
        is_whole = url.hostname and not (url.path.strip("/") or url.query or url.fragment)
    except (KeyError, ValueError):
        is_whole = False
    if not is_whole:
        raise ValueError(
            "this is no mail server's address. Write smtp+tls://user:password@mail.example.com:587 "
            "(or smtps://, or smtp://). In a password, write @ as %40, / as %2F and # as %23."
        )
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return EmailServer(url.hostname or "", port, user, password, tls, starttls)


def email_address(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise ValueError(f"“{value}” is no e-mail address. Write shop@example.com.") from None
    return value


def database(value: str) -> dict[str, Any]:
    """Django's settings for a database URL. The value is never repeated: it holds a password."""
    example = "Write postgres://user:password@host:5432/name or sqlite:////path/to/file.sqlite3."
    try:
        config = environ.Env.db_url_config(value) if "://" in value else {}
    except ValueError:
        config = {}
    if config.get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValueError(f"this is neither PostgreSQL nor SQLite. {example}")
    if not config["NAME"] or ":memory:" in config["NAME"] or "mode=memory" in value:
        raise ValueError(f"this names no database, so nothing would be kept. {example}")
    return config


def postgresql(value: str) -> dict[str, Any]:
    config = database(value)
    if config["ENGINE"] != "django.db.backends.postgresql":
        raise ValueError("this is not PostgreSQL. Write postgres://user:password@host:5432/name.")
    return config


def folder_in(base: Path) -> Callable[[str], Path]:
    """A folder; where it does not begin with /, it is in `base`."""

    def parse(value: str) -> Path:
        path = (base / Path(value).expanduser()).resolve()
        if path.exists() and not path.is_dir():
            raise ValueError(f"{path} is a file. Write the path of a folder.")
        return path

    return parse


def public_key(value: str) -> str:
    """An age recipient. A private key is not repeated, nor is it what belongs here."""
    try:
        pyrage.x25519.Recipient.from_str(value)
    except pyrage.RecipientError:
        raise ValueError(
            "this is no public key of age. Write the one that begins with age1, which age-keygen "
            "prints; the private one is kept on another computer."
        ) from None
    return value


def other_place(value: str) -> str:
    """A folder, by its whole path, or a place of rclone."""
    if not (value.startswith("/") or re.fullmatch(r"\w[\w.+@ -]*:.*", value)):
        raise ValueError(
            f"“{value}” is neither a folder nor a place of rclone. Write a whole path such as "
            "/mnt/backups, or remote:path."
        )
    return value
