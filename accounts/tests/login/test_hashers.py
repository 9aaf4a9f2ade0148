import re
import threading
import time
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.hashers import PBKDF2PasswordHasher as DjangosHasher
from django.db import connection
from django.test import Client

from accounts.login import hashers
from accounts.login.hashers import PBKDF2PasswordHasher, turn
from accounts.models import Attempt, User
from accounts.retry_later import TooBusyError
from conftest import PASSWORD, mailbox, words


def test_it_is_djangos_own() -> None:
    args = ("a Sunday roast", "salt", 1000)
    assert PBKDF2PasswordHasher().encode(*args) == DjangosHasher().encode(*args)


@pytest.fixture
def slow_hash() -> Any:
    """Somebody's hash that takes as long as the test."""
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        with turn():
            begun.set()
            over.wait(timeout=10)

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(timeout=10)
    yield over
    over.set()
    thread.join()


def test_others_wait_for_their_turn(slow_hash: threading.Event) -> None:
    threading.Timer(0.1, slow_hash.set).start()
    assert PBKDF2PasswordHasher().encode("a", "salt", 1).startswith("pbkdf2_sha256$1$salt$")


def test_whoever_waits_too_long_is_told_so(
    slow_hash: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashers, "PATIENCE", 0.01)
    with pytest.raises(TooBusyError):
        PBKDF2PasswordHasher().encode("a", "salt", 1)


def test_a_full_queue_is_told_at_once_and_nothing_is_lost(
    slow_hash: threading.Event, staff: User, settings: Any, client: Client
) -> None:
    settings.PASSWORD_HASHERS = ["accounts.login.hashers.PBKDF2PasswordHasher"]
    encode = PBKDF2PasswordHasher().encode
    waiting = [threading.Thread(target=encode, args=("a", "s", 1)) for _ in range(2)]
    for thread in waiting:
        thread.start()
    while hashers.places._value:
        time.sleep(0.01)
    response = client.post("/login", {"username": "nobody@example.com", "password": PASSWORD})
    slow_hash.set()
    for thread in waiting:
        thread.join()
    assert response.status_code == 503
    assert response["Retry-After"] == "4"
    assert not Attempt.objects.exists()  # refused before anything is written
    assert "Wait a few seconds, then reload this page" in words(response.content)


class WatchfulHasher(MD5PasswordHasher):
    """Refuses to keep others from saving while it hashes, as SQLite does in a transaction."""

    def encode(self, password: str, salt: str) -> str:
        assert not connection.in_atomic_block
        return super().encode(password, salt)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_while_a_stranger_makes_us_hash(settings: Any, client: Client) -> None:
    settings.PASSWORD_HASHERS = ["accounts.tests.login.test_hashers.WatchfulHasher"]
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    client.post("/register", {"full_name": "Ayşe", "email": "ayse@example.com"} | passwords)
    assert client.get("/admin").status_code == 200
    new = "an even longer roast"
    news = {"new_password1": new, "new_password2": new}
    data = {"do": "password", "old_password": PASSWORD} | news
    assert client.post("/profile", data).status_code == 302
    client.post("/logout")
    assert (
        client.post("/login", {"username": "ayse@example.com", "password": new}).status_code == 302
    )
    client.post("/reset-password", {"email": "ayse@example.com"})
    [link] = re.findall(r"http://shop\.example\.com(/\S+)", str(mailbox()[-1].body))
    assert client.post(link, news).status_code == 302


def test_a_turn_is_given_back_also_after_a_fault() -> None:
    for _try in range(5):
        with pytest.raises(ZeroDivisionError), turn():
            raise ZeroDivisionError
    with turn():
        pass
