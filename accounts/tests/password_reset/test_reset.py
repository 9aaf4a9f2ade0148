import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from accounts.models import User
from conftest import PASSWORD, MakeUser, SecurityLog, at_the_same_time, mailbox, words

NEW = "an even longer roast"


def asked_link(email: str = "ayse@example.com") -> str:
    """The path of the link that is sent to somebody who asks for one."""
    Client().post("/reset-password", {"email": email})
    [path] = re.findall(r"http://shop\.example\.com(/\S+)", str(mailbox()[-1].body))
    return str(path)


def use(link: str, client: Any = None, **changes: str) -> Any:
    data = {"new_password1": NEW, "new_password2": NEW} | changes
    return (client or Client()).post(link, data)


class TestAsking:
    def test_a_link_is_sent_whose_host_is_ours_whatever_was_asked_for(
        self, staff: User, settings: Any
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
        response = Client().post("/reset-password", {"email": "AYSE@example.com"}, headers=headers)
        assert response.status_code == 200
        [message] = mailbox()
        assert message.to == ["ayse@example.com"]
        assert "http://shop.example.com/reset-password/" in message.body
        assert "evil.example" not in str(message.message())

    def test_an_unknown_e_mail_and_a_known_one_are_one_answer(
        self, staff: User, make_user: MakeUser
    ) -> None:
        make_user("left@example.com", is_active=False)
        make_user("nopw@example.com")
        User.objects.filter(email="nopw@example.com").update(password="!")
        answers = set()
        for email in ("ayse@example.com", "left@example.com", "nopw@example.com", "x@example.com"):
            response = Client().post("/reset-password", {"email": email})
            answers.add(words(response.content).replace(email, "…"))
            assert response.status_code == 200
        assert len(answers) == 1
        assert [message.to for message in mailbox()] == [["ayse@example.com"]]

    @pytest.mark.parametrize("email", ["", "ayşe", "a" * 250 + "@example.com", "\x00@example.com"])
    def test_what_is_no_e_mail_is_refused(self, db: None, email: str) -> None:
        response = Client().post("/reset-password", {"email": email})
        assert response.status_code == 422
        assert "<title>Error: Forgot your password?" in response.content.decode()

    @pytest.mark.parametrize("sends", [True, False])
    def test_a_shop_without_e_mail_says_where_the_link_is(
        self, db: None, settings: Any, sends: bool
    ) -> None:
        settings.SENDS_EMAIL = sends
        said = "This shop has not set up e-mail yet."
        client = Client()
        for response in (
            client.get("/reset-password"),
            client.post("/reset-password", {"email": "a@example.com"}),
        ):
            assert (said in words(response.content)) == (not sends)

    def test_a_mailbox_is_not_flooded(self, staff: User) -> None:
        for _try in range(5):
            response = Client().post("/reset-password", {"email": "ayse@example.com"})
            assert response.status_code == 200
        assert len(mailbox()) == 3


class TestUsing:
    def test_it_changes_the_password_and_signs_in(
        self, staff: User, security_log: SecurityLog
    ) -> None:
        link = asked_link()
        client = Client()
        assert client.get(link).status_code == 200
        response = use(link, client)
        assert (response.status_code, response["Location"]) == (302, "/admin")
        assert client.get("/admin").status_code == 200
        staff.refresh_from_db()
        assert staff.check_password(NEW)
        assert "was changed just now" in mailbox()[-1].body
        events = [(line["event"], line["who"]) for line in security_log()]
        assert events == [
            ("password reset asked for", None),
            ("password reset", None),
            ("logged in", "ayse@example.com"),
        ]
        assert security_log()[1]["account"] == "ayse@example.com"
        assert link.rpartition("/")[2] not in str(security_log())

    def test_every_other_session_ends(self, staff_client: Client, staff: User) -> None:
        use(asked_link())
        assert staff_client.get("/admin").status_code == 302

    def test_it_opens_an_account_that_wrong_passwords_have_locked(self, staff: User) -> None:
        for _guess in range(6):
            Client().post("/login", {"username": staff.email, "password": "wrong"})
        use(asked_link())
        response = Client().post("/login", {"username": staff.email, "password": NEW})
        assert response["Location"] == "/admin"

    def test_a_link_works_once(self, staff: User) -> None:
        link = asked_link()
        use(link)
        for response in (Client().get(link), use(link, new_password1=PASSWORD)):
            assert response.status_code == 410
            assert "This link has expired" in words(response.content)
            assert "Ask for a new link" in words(response.content)
        staff.refresh_from_db()
        assert staff.check_password(NEW)

    @pytest.mark.parametrize(("hours", "status"), [(23.99, 302), (24.01, 410)])
    def test_a_link_works_for_a_day(self, staff: User, hours: float, status: int) -> None:
        link = asked_link()
        with travel(timezone.localtime() + timedelta(hours=hours)):
            assert use(link).status_code == status

    @pytest.mark.parametrize(
        "happens",
        [
            {"is_active": False},
            {"email": "other@example.com"},
            {"last_login": timezone.now()},
            {"session_salt": "signed out everywhere"},
            {"password": "!"},
        ],
    )
    def test_a_link_dies_when_the_account_is_not_as_it_was(
        self, staff: User, happens: dict[str, Any]
    ) -> None:
        link = asked_link()
        User.objects.update(**happens)
        assert use(link).status_code == 410

    def test_a_link_opens_no_other_account(self, staff: User, administrator: User) -> None:
        ours, theirs = asked_link(), asked_link("owner@example.com")
        mixed = theirs.rpartition("/")[0] + "/" + ours.rpartition("/")[2]
        assert use(mixed).status_code == 410

    @pytest.mark.parametrize(
        "path",
        [
            "x/y",
            "MQ/x",
            "é/x",
            "LTE/x",
            "OTk5OTk5OTk5OTk5OTk5OTk5OTk5/x",
            "4pSA/x",
            "MQ/%00",
            "_/_",
        ],
    )
    def test_an_invented_link_is_over(self, staff: User, path: str) -> None:
        assert Client().get(f"/reset-password/{path}").status_code == 410

    @pytest.mark.parametrize("changes", [{"new_password1": "short"}, {"new_password2": "other"}])
    def test_a_wrong_password_leaves_the_link_as_it_is(
        self, staff: User, changes: dict[str, str]
    ) -> None:
        link = asked_link()
        assert use(link, **changes).status_code == 422
        assert use(link).status_code == 302

    def test_a_waiting_account_goes_on_waiting(self, waiting: User) -> None:
        client = Client()
        use(asked_link(waiting.email), client)
        assert client.get("/admin")["Location"] == "/waiting"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_in_one_instant_one_is_let_in(staff: User) -> None:
    link = asked_link()
    answers = at_the_same_time(*[partial(use, link) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [302, 410, 410, 410]
