import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from accounts.models import User
from conftest import PASSWORD, MakeUser, SecurityLog, mailbox, words

FOREIGN = [
    "abc",
    "é",
    "?x",
    "logout",
    "//evil.example",
    "https://evil.example/admin",
    "/\\evil.example",
    "javascript:alert(1)",
]


def registration(**changes: str) -> dict[str, str]:
    return {
        "full_name": "Ayşe Yılmaz",
        "email": "Ayse@Example.com",
        "password1": PASSWORD,
        "password2": PASSWORD,
    } | changes


class TestRegistering:
    def test_the_first_comes_in_as_administrator(self, db: None) -> None:
        client = Client()
        response = client.post("/register", registration())
        assert (response.status_code, response["Location"]) == (302, "/admin")
        user = User.objects.get()
        assert (user.email, user.full_name) == ("ayse@example.com", "Ayşe Yılmaz")
        assert user.is_superuser
        assert client.get("/admin").status_code == 200

    def test_later_ones_are_told_that_they_wait(self, administrator: User) -> None:
        client = Client()
        response = client.post("/register", registration(), follow=True)
        assert response.redirect_chain == [("/admin", 302), ("/waiting", 302)]
        assert response.status_code == 403
        assert "an administrator of your shop still has to approve" in words(response.content)

    def test_administrators_are_told_who_waits(
        self, administrator: User, make_user: MakeUser, security_log: SecurityLog
    ) -> None:
        make_user("second@example.com", is_superuser=True)
        make_user("gone@example.com", is_superuser=True, is_active=False)
        make_user("staff@example.com")
        Client().post("/register", registration())
        messages = mailbox()
        assert [message.to for message in messages] == [
            ["owner@example.com"],
            ["second@example.com"],
        ]
        account = User.objects.get(email="ayse@example.com")
        link = f"http://shop.example.com/django-admin/accounts/user/{account.pk}/change/"
        assert "“Ayşe Yılmaz” (ayse@example.com) has registered" in messages[0].body
        assert link in messages[0].body
        assert [(line["event"], line["role"]) for line in security_log()] == [
            ("registered", "waiting"),
            ("logged in", "waiting"),
        ]

    def test_their_mailboxes_are_not_flooded(self, administrator: User) -> None:
        for number in range(12):
            Client().post("/register", registration(email=f"{number}@example.com"))
        assert User.objects.waiting().count() == 12
        assert len(mailbox()) == 10

    @pytest.mark.parametrize("registration_is", ["open", "approval"])
    def test_nobody_is_told_where_nobody_waits(
        self, db: None, settings: Any, registration_is: str
    ) -> None:
        settings.REGISTRATION = registration_is
        Client().post("/register", registration())
        assert mailbox() == []

    def test_open_registration_lets_everybody_in(self, administrator: User, settings: Any) -> None:
        settings.REGISTRATION = "open"
        client = Client()
        client.post("/register", registration())
        assert client.get("/admin").status_code == 200

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_closed_registration_lets_nobody_in(self, db: None, settings: Any, method: str) -> None:
        settings.REGISTRATION = "closed"
        response = getattr(Client(), method)("/register", registration())
        assert response.status_code == 403
        assert "Registration is closed" in words(response.content)
        assert not User.objects.exists()
        assert 'href="/register"' not in Client().get("/login").content.decode()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"email": "ayşe"}, "Enter a whole e-mail address, such as name@example.com."),
            ({"email": "AYSE@EXAMPLE.COM"}, "There is already an account with this e-mail."),
            ({"full_name": " "}, "Enter your name."),
            ({"full_name": "x" * 121}, "at most 120 characters"),
            ({"password2": "other"}, "The two passwords differ. Type the same one twice."),
            ({"password1": "12345678", "password2": "12345678"}, "too common"),
            (
                {"password1": "ayse@example", "password2": "ayse@example"},
                "too similar to the e-mail",
            ),
            ({"email": "\x00@example.com"}, "Null characters are not allowed."),
            ({"email": "İ" * 200 + "@example.com"}, "Use plain letters, as in a@b.com."),
        ],
    )
    def test_a_wrong_form_makes_no_account_and_keeps_what_was_typed(
        self, make_user: MakeUser, changes: dict[str, str], message: str
    ) -> None:
        make_user("ayse@example.com")
        data = registration(email="new@example.com") | changes
        response = Client().post("/register", data)
        assert response.status_code == 422
        assert message in words(response.content)
        assert "<title>Error: Register" in response.content.decode()
        assert User.objects.count() == 1
        if "password1" in changes:  # the reproach stands at the field it is about
            assert 'class="errorlist" id="id_password1_error"' in response.content.decode()
        if data["email"] == "new@example.com":
            assert 'value="new@example.com"' in response.content.decode()

    def test_roles_cannot_be_asked_for(self, administrator: User) -> None:
        Client().post("/register", registration(is_staff="on", is_superuser="on", is_founder="on"))
        user = User.objects.get(email="ayse@example.com")
        assert (user.is_staff, user.is_superuser, user.is_founder) == (False, False, False)


class TestLoggingIn:
    def test_it_leads_to_the_portal(self, staff: User) -> None:
        response = Client().post("/login", {"username": "AYSE@example.com", "password": PASSWORD})
        assert (response.status_code, response["Location"]) == (302, "/admin")

    @pytest.mark.parametrize("path", ["/login", "/register"])
    def test_it_leads_back_to_the_page_that_asked_for_it(
        self, administrator: User, path: str
    ) -> None:
        page = Client().get(f"{path}?next=/admin/batches/new").content.decode()
        assert '<input type="hidden" name="next" value="/admin/batches/new">' in page
        data = registration() | {"username": "owner@example.com", "password": PASSWORD}
        response = Client().post(path, data | {"next": "/admin/batches/new"})
        assert (response.status_code, response["Location"]) == (302, "/admin/batches/new")

    @pytest.mark.parametrize("path", ["/login", "/register"])
    @pytest.mark.parametrize("foreign", FOREIGN)
    def test_it_leads_to_no_other_site(self, administrator: User, path: str, foreign: str) -> None:
        data = registration() | {"username": "owner@example.com", "password": PASSWORD}
        for address, posted in ((f"{path}?next={foreign}", {}), (path, {"next": foreign})):
            response = Client().post(
                address, data | posted | {"email": f"{len(posted)}@example.com"}
            )
            assert (response.status_code, response["Location"]) == (302, "/admin")
        client = Client()
        client.force_login(administrator)
        assert client.get(f"{path}?next={foreign}")["Location"] == "/admin"

    def test_a_wrong_password_and_an_unknown_e_mail_are_one_answer(self, staff: User) -> None:
        right = {"username": "ayse@example.com", "password": PASSWORD}
        answers = set()
        for wrong in ({"password": "wrong"}, {"username": "nobody@example.com"}):
            client = Client()
            response = client.post("/login", right | wrong)
            assert response.status_code == 422
            assert f'value="{(right | wrong)["username"]}"' in response.content.decode()
            assert "_auth_user_id" not in client.session
            answers.add(words(response.content))
        [answer] = answers
        assert "This e-mail and password open no account." in answer

    def test_a_password_that_nobody_can_type_is_refused(self, staff: User) -> None:
        data = {"username": "ayse@example.com", "password": "\x00"}
        assert Client().post("/login", data).status_code == 422

    @pytest.mark.parametrize(
        ("page", "location"),
        [
            ("", "/login"),
            ("http://testserver/profile?x=1", "/login?next=/profile%3Fx%3D1"),
            ("https://evil.example/profile", "/login"),
            ("http://[", "/login"),
            ("http://testserver//evil.example", "/login?next=//evil.example"),
        ],
    )
    def test_whoever_sent_a_form_comes_back_to_its_page(
        self, db: None, page: str, location: str
    ) -> None:
        """Not to where it went, which may take nothing else. A foreign `next` is refused later."""
        response = Client().post("/profile/sign-out-everywhere", headers={"referer": page})
        assert response["Location"] == location

    def test_a_closed_account_cannot_log_in(self, make_user: MakeUser) -> None:
        make_user(is_active=False)
        data = {"username": "ayse@example.com", "password": PASSWORD}
        assert Client().post("/login", data).status_code == 422

    def test_a_session_lasts_7_days(self, staff: User) -> None:
        client = Client()
        client.post("/login", {"username": "ayse@example.com", "password": PASSWORD})
        assert client.cookies["sessionid"]["max-age"] == 7 * 24 * 60 * 60
        with travel(timezone.now() + timedelta(days=7, seconds=-5)):
            assert client.get("/admin").status_code == 200
        with travel(timezone.now() + timedelta(days=7, seconds=5)):
            assert client.get("/admin").status_code == 302

    def test_whoever_is_logged_in_is_led_on(self, staff_client: Client) -> None:
        for path in ("/login", "/register"):
            assert staff_client.get(path)["Location"] == "/admin"


class TestLoggingOut:
    def test_it_ends_the_session(self, staff_client: Client) -> None:
        response = staff_client.post("/logout")
        assert (response.status_code, response["Location"]) == (302, "/")
        assert staff_client.get("/admin").status_code == 302

    def test_it_is_on_the_record_once(
        self, staff_client: Client, security_log: SecurityLog
    ) -> None:
        for _press in range(2):
            staff_client.post("/logout")
        assert [(line["event"], line["who"]) for line in security_log()] == [
            ("logged out", "ayse@example.com")
        ]

    def test_a_link_to_it_asks_first(self, staff_client: Client) -> None:
        assert "Sign out?" in words(staff_client.get("/logout").content)
        assert staff_client.get("/admin").status_code == 200

    def test_djangos_admin_does_it_alike(
        self, administrator_client: Client, security_log: SecurityLog
    ) -> None:
        response = administrator_client.post("/django-admin/logout/")
        assert response["Location"] == "/"
        assert [line["event"] for line in security_log()] == ["logged out"]

    def test_twice_is_no_error(self, db: None) -> None:
        assert Client().post("/logout")["Location"] == "/"


class TestWaiting:
    def test_whoever_waits_sees_no_more_than_that(self, waiting_client: Client) -> None:
        for path in ("/admin", "/profile", "/django-admin/", "/admin/batches/new"):
            response = waiting_client.get(path, follow=True)
            assert response.redirect_chain == [("/waiting", 302)]
        links = re.findall(r'<a [^>]*href="([^"]*)"', response.content.decode())
        assert links == ["#content", "/", "/admin"]

    def test_somebody_who_was_approved_is_led_to_the_portal(self, staff_client: Client) -> None:
        assert staff_client.get("/waiting")["Location"] == "/admin"

    def test_the_first_look_after_approval_opens_the_portal(self, waiting: User) -> None:
        client = Client()
        client.force_login(waiting)
        assert client.get("/admin")["Location"] == "/waiting"
        assert User.objects.approve() == [waiting]
        assert client.get("/admin").status_code == 200


@pytest.mark.parametrize("path", ["/login", "/register", "/profile", "/reset-password"])
def test_no_page_of_an_account_is_kept_by_the_browser(staff_client: Client, path: str) -> None:
    client = staff_client if path == "/profile" else Client()
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/login", ["username", "current-password"]),
        ("/register", ["name", "username", "new-password", "new-password"]),
        (
            "/profile",
            ["name", "username", *["current-password"] * 2, "new-password", "new-password"],
        ),
        ("/reset-password", ["username"]),
    ],
)
def test_password_managers_know_each_field(
    staff_client: Client, path: str, expected: list[str]
) -> None:
    client = staff_client if path == "/profile" else Client()
    html = client.get(path).content.decode()
    assert re.findall(r'<input[^>]* autocomplete="([a-z-]+)"', html) == expected
