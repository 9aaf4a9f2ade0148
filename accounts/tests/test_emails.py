import logging

import pytest
from django.test import Client

from accounts.emails import postman, send
from accounts.models import User
from conftest import mailbox


def test_each_reader_gets_a_message_of_their_own(staff: User, administrator: User) -> None:
    accounts = [staff, administrator]
    for account in accounts:
        send(account, "new_password")
    assert [message.recipients() for message in mailbox()] == [[it.email] for it in accounts]
    assert mailbox()[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_that_fails_is_told_to_whoever_runs_the_shop(
    staff: User, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined] # nothing listens there
    with caplog.at_level(logging.ERROR, "freshness.mail"):
        response = Client().post("/reset-password", {"email": staff.email})
        postman.submit(int).result(timeout=5)
    assert response.status_code == 200
    assert "An e-mail was not sent" in caplog.text
    assert "Look at EMAIL_URL." in caplog.text
    assert "reset-password" not in caplog.text  # nobody reads a link in a log


def test_nothing_a_stranger_chose_stands_in_what_is_sent_to_strangers(
    administrator: User,
) -> None:
    """Else the shop would carry their message to any address they register with."""
    name = "Win at evil.example"
    passwords = {"password1": "a Sunday roast", "password2": "a Sunday roast"}
    data = {"full_name": name, "email": "victim@example.com"} | passwords
    Client().post("/register", data)
    Client().post("/reset-password", {"email": "victim@example.com"})
    to_victim = [it for it in mailbox() if it.to == ["victim@example.com"]]
    assert len(to_victim) == 1
    assert name not in str(to_victim[0].message())


def test_a_name_is_not_escaped_for_html(administrator: User) -> None:
    passwords = {"password1": "a Sunday roast", "password2": "a Sunday roast"}
    data = {"full_name": "O'Brien & Söhne", "email": "ob@example.com"} | passwords
    Client().post("/register", data)
    [message] = mailbox()
    assert "“O'Brien & Söhne”" in message.body
