"""The settings as a shop meets them: a program that starts, or refuses to in one clear line."""

import json
import os
import re
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHOICES = [
    *("DEBUG", "PORT", "WEB_CONCURRENCY", "SHOP_NAME", "REGISTRATION", "TIME_ZONE"),
    *("LOG_FORMAT", "METRICS_PORT", "METRICS_HOST", "SCANS_LOG"),
    *("BEHIND_PROXY", "SECRET_KEY", "PUBLIC_URL", "DATABASE_URL", "EMAIL_URL", "EMAIL_FROM"),
    *("DATABASE_REPLICA_URL", "DATABASE_POOL"),
    *("BACKUP_DIR", "BACKUP_KEY", "BACKUP_COPY_TO", "SCHEDULED_JOBS"),
]


def manage(*command: str, **choices: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | dict.fromkeys(CHOICES, "") | {"SECRET_KEY": "x" * 50} | choices
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def settings_with(**choices: str) -> dict[str, Any]:
    names = [
        *("EMAIL_BACKEND", "SENDS_EMAIL", "DEFAULT_FROM_EMAIL", "EMAIL_HOST", "EMAIL_PORT"),
        *("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL"),
        *("SETTINGS_PROBLEMS", "DEBUG", "LAN_MODE", "PUBLIC_URL", "ALLOWED_HOSTS"),
        "CSRF_TRUSTED_ORIGINS",
        *("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_SSL_HOST"),
        *(
            "SECURE_HSTS_SECONDS",
            "SECURE_PROXY_SSL_HEADER",
            "REGISTRATION",
            "SHOP_NAME",
            "TIME_ZONE",
        ),
    ]
    program = (
        "import json; from freshness import settings; "
        f"print(json.dumps({{name: getattr(settings, name, None) for name in {names!r}}}))"
    )
    environment = os.environ | dict.fromkeys(CHOICES, "") | {"SECRET_KEY": "x" * 50} | choices
    output = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, env=environment)
    found: dict[str, Any] = json.loads(output)
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("PORT", "http"),
        ("WEB_CONCURRENCY", "0"),
        ("SHOP_NAME", "x" * 61),
        ("REGISTRATION", "sometimes"),
        ("TIME_ZONE", "Mars/Phobos"),
        ("BEHIND_PROXY", "nginx"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_PORT", "/metrics"),
        ("METRICS_PORT", "8000"),
        ("METRICS_HOST", "0.0.0.0"),
        ("SCANS_LOG", "scans"),
        ("SCANS_LOG", "/nowhere/scans"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "fresh.example.com"),
        ("DATABASE_URL", "oracle://shop"),
        ("DATABASE_REPLICA_URL", "sqlite:////var/shop.sqlite3"),
        ("DATABASE_REPLICA_URL", "postgres://replica.example.com/shop"),
        ("DATABASE_POOL", "1"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_FROM", "the shop"),
        ("SCHEDULED_JOBS", "at night"),
        ("BACKUP_DIR", "manage.py"),
        ("BACKUP_KEY", "AGE-SECRET-KEY-1"),
        ("BACKUP_COPY_TO", "backups"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(name: str, value: str) -> None:
    [problem] = settings_with(**{name: value})["SETTINGS_PROBLEMS"]
    assert problem.startswith(f"{name}: ")
    assert "Write " in problem


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_wrong_setting_stops_the_start_in_one_line(command: str) -> None:
    result = manage(command, REGISTRATION="sometimes")
    lines = [line for line in result.stderr.splitlines() if "freshness.E001" in line]
    assert result.returncode == 1
    assert lines == [
        "?: (freshness.E001) REGISTRATION: “sometimes” is not known. "
        "Write one of: approval, open, closed."
    ]
    assert "Traceback" not in result.stderr


def test_a_wrong_setting_stops_the_server_too() -> None:
    environment = os.environ | dict.fromkeys(CHOICES, "")
    environment |= {"SECRET_KEY": "x" * 50, "REGISTRATION": "sometimes", "PORT": "1x"}
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import freshness.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "PORT: “1x” will not do. Write a whole number from 1 to 65535.",
        "REGISTRATION: “sometimes” is not known. Write one of: approval, open, closed.",
    ]


@pytest.mark.parametrize("url", ["postgres://nobody:secret@127.0.0.1:1/shop", "sqlite:////no/shop"])
def test_a_database_that_does_not_answer_is_said_without_its_password(url: str) -> None:
    result = manage("migrate", DATABASE_URL=url)
    assert result.returncode == 1
    assert "DATABASE_URL: the database does not answer" in result.stderr
    assert "Traceback" not in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize("name", ["UTC-3", "<+03>-3", "Foo", "../x"])
def test_a_computer_that_cannot_tell_its_zone_is_no_reason_to_guess_it(name: str) -> None:
    result = manage("check", TZ=name)
    assert result.returncode == 1
    assert "TIME_ZONE: this computer's own cannot be told." in result.stderr
    assert manage("check", TZ=name, TIME_ZONE="Europe/Istanbul").returncode == 0


def test_the_computers_zone_is_the_default() -> None:
    assert settings_with(TZ="America/Havana")["TIME_ZONE"] == "America/Havana"


def test_unsafe_is_never_the_default() -> None:
    found = settings_with()
    assert found["DEBUG"] is False
    assert found["REGISTRATION"] == "approval"
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    assert found["LAN_MODE"] is True
    assert "*" not in str(found["ALLOWED_HOSTS"])


def test_an_https_address_makes_all_of_it_secure() -> None:
    found = settings_with(PUBLIC_URL="https://fresh.example.com/", BEHIND_PROXY="true")
    assert found["PUBLIC_URL"] == "https://fresh.example.com"
    assert found["LAN_MODE"] is False
    assert found["ALLOWED_HOSTS"] == ["fresh.example.com", "localhost", "127.0.0.1", "[::1]"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://fresh.example.com"]
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_SSL_HOST"] == "fresh.example.com"
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_plain_http_asks_for_nothing_a_browser_would_refuse() -> None:
    found = settings_with(PUBLIC_URL="http://192.168.1.20:8000")
    assert found["ALLOWED_HOSTS"] == ["192.168.1.20", "localhost", "127.0.0.1", "[::1]"]
    assert found["SESSION_COOKIE_SECURE"] is False
    assert found["SECURE_SSL_REDIRECT"] is False
    assert found["SECURE_HSTS_SECONDS"] == 0


def test_https_without_a_proxy_is_warned_of() -> None:
    assert "BEHIND_PROXY=true" in manage("check", PUBLIC_URL="https://fresh.example.com").stderr
    result = manage("check", PUBLIC_URL="https://fresh.example.com", BEHIND_PROXY="true")
    assert (result.returncode, result.stderr) == (0, "")


def test_django_finds_nothing_to_warn_of_in_production() -> None:
    result = manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        DJANGO_ALLOW_ASYNC_UNSAFE="",  # browser tests set it
        SECRET_KEY=string.ascii_letters,
        PUBLIC_URL="https://fresh.example.com",
        BEHIND_PROXY="true",
        EMAIL_URL="smtps://user:password@mail.example.com",
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_without_a_mail_server_it_is_written_in_the_terminal() -> None:
    found = settings_with(PUBLIC_URL="https://fresh.example.com")
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    assert found["SENDS_EMAIL"] is False


def test_a_mail_server_is_used_as_its_address_says() -> None:
    url = "smtp+tls://fresh:p%40ss@mail.example.com"
    found = settings_with(PUBLIC_URL="https://fresh.example.com", EMAIL_URL=url)
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.com", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("fresh", "p@ss")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
    assert found["DEFAULT_FROM_EMAIL"] == "noreply@fresh.example.com"
    found = settings_with(EMAIL_URL=url, EMAIL_FROM="shop@example.com")
    assert found["DEFAULT_FROM_EMAIL"] == "shop@example.com"


def test_every_choice_is_documented() -> None:
    readme = (ROOT / "README.md").read_text()
    example = (ROOT / ".env.example").read_text()
    for name in CHOICES:
        assert f"`{name}`" in readme
        assert f"# {name}=" in example


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", (ROOT / "README.md").read_text())
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []
