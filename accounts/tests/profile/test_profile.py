from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client, RequestFactory

from accounts.login.forms import NameForm
from accounts.models import User
from accounts.profile.forms import EmailForm, PasswordForm
from conftest import PASSWORD, SecurityLog, mailbox, words

NEW = "an even longer roast"


def new_email(**changes: str) -> dict[str, str]:
    return {"do": "email", "email": "KAYA@example.com", "password": PASSWORD} | changes


def new_password(**changes: str) -> dict[str, str]:
    passwords = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    return {"do": "password"} | passwords | changes


class TestName:
    def test_it_is_changed(self, staff_client: Client, staff: User) -> None:
        data = {"do": "name", "full_name": "Ayşe Kaya", "email": "x@example.com", "is_superuser": 1}
        response = staff_client.post("/profile", data, follow=True)
        assert "Your name and language are saved." in words(response.content)
        staff.refresh_from_db()
        assert (staff.full_name, staff.email) == ("Ayşe Kaya", "ayse@example.com")
        assert not staff.is_superuser

    @pytest.mark.parametrize("name", ["", "x" * 121, "Ay\u202ese", "Ay\nse"])
    def test_a_wrong_one_is_refused(self, staff_client: Client, staff: User, name: str) -> None:
        response = staff_client.post("/profile", {"do": "name", "full_name": name})
        assert response.status_code == 422
        assert "<title>Error: Profile" in response.content.decode()
        staff.refresh_from_db()
        assert staff.full_name == "Ayşe Yılmaz"


class TestEmail:
    def test_it_is_changed_and_the_old_address_is_told(
        self, staff_client: Client, staff: User, security_log: SecurityLog
    ) -> None:
        response = staff_client.post("/profile", new_email(), follow=True)
        assert "Your e-mail is saved." in words(response.content)
        staff.refresh_from_db()
        assert staff.email == "kaya@example.com"
        [message] = mailbox()
        assert message.to == ["ayse@example.com"]
        assert "now has another e-mail: kaya@example.com" in message.body
        [line] = security_log()
        assert (line["event"], line["who"]) == ("e-mail changed", "ayse@example.com")

    @pytest.mark.parametrize("password", ["", "wrong"])
    def test_it_takes_the_password(self, staff_client: Client, staff: User, password: str) -> None:
        response = staff_client.post("/profile", new_email(password=password))
        assert response.status_code == 422
        assert 'value="KAYA@example.com"' in response.content.decode()
        staff.refresh_from_db()
        assert staff.email == "ayse@example.com"
        assert mailbox() == []

    def test_that_of_another_is_refused(
        self, staff_client: Client, staff: User, administrator: User
    ) -> None:
        response = staff_client.post("/profile", new_email(email="OWNER@example.com"))
        assert response.status_code == 422
        assert "There is already an account with this e-mail. Use another one." in words(
            response.content
        )
        staff.refresh_from_db()
        assert staff.email == "ayse@example.com"

    def test_to_guess_the_password_here_locks_the_account_as_a_login_does(
        self, staff_client: Client, staff: User
    ) -> None:
        for _guess in range(4):
            assert staff_client.post("/profile", new_email(password="no")).status_code == 422
        assert staff_client.post("/profile", new_email(password="no")).status_code == 429
        assert staff_client.post("/profile", new_email()).status_code == 429
        staff.refresh_from_db()
        assert staff.email == "ayse@example.com"


class TestPassword:
    def test_it_is_changed_and_only_this_session_goes_on(
        self, staff_client: Client, staff: User, security_log: SecurityLog
    ) -> None:
        elsewhere = Client()
        elsewhere.force_login(staff)
        response = staff_client.post("/profile", new_password(), follow=True)
        assert "You are still signed in here, and nowhere else." in words(response.content)
        assert elsewhere.get("/admin")["Location"] == "/login?next=/admin"
        staff.refresh_from_db()
        assert staff.check_password(NEW)
        [message] = mailbox()
        assert message.to == ["ayse@example.com"]
        assert "was changed just now" in message.body
        assert [line["event"] for line in security_log()] == ["password changed"]

    @pytest.mark.parametrize(
        "changes",
        [{"old_password": "wrong"}, {"new_password2": "other"}, {"new_password1": "short"}],
    )
    def test_a_wrong_change_changes_nothing(
        self, staff_client: Client, staff: User, changes: dict[str, str]
    ) -> None:
        response = staff_client.post("/profile", new_password(**changes))
        assert response.status_code == 422
        staff.refresh_from_db()
        assert staff.check_password(PASSWORD)
        assert 'value="ayse@example.com"' in response.content.decode()
        assert mailbox() == []


class TestSigningOutEverywhere:
    def test_no_session_goes_on(
        self, staff_client: Client, staff: User, security_log: SecurityLog
    ) -> None:
        elsewhere = Client()
        elsewhere.force_login(staff)
        response = staff_client.post("/profile/sign-out-everywhere", follow=True)
        assert response.redirect_chain == [("/login", 302)]
        assert "You are signed out on every device." in words(response.content)
        for client in (elsewhere, staff_client):
            assert client.get("/admin")["Location"] == "/login?next=/admin"
        assert [line["event"] for line in security_log()] == ["signed out everywhere"]

    def test_the_same_password_opens_a_new_one(self, staff_client: Client) -> None:
        staff_client.post("/profile/sign-out-everywhere")
        staff_client.post("/login", {"username": "ayse@example.com", "password": PASSWORD})
        assert staff_client.get("/admin").status_code == 200


def test_a_change_does_not_take_back_what_an_administrator_does_meanwhile(staff: User) -> None:
    request = RequestFactory().post("/profile")
    request.user = User.objects.get()  # the forms change theirs
    forms: list[Any] = [
        NameForm({"full_name": "New"}, instance=staff),
        EmailForm(request, new_email(), instance=staff),
        PasswordForm(request, staff, new_password()),
    ]
    assert [form.errors for form in forms] == [{}, {}, {}]
    User.objects.update(is_active=False, is_staff=False)
    for form in forms:
        form.save()
    staff.refresh_from_db()
    assert (staff.full_name, staff.is_active, staff.is_staff) == ("New", False, False)
    assert staff.email == "kaya@example.com"
    assert staff.check_password(NEW)


class TestDailyEmail:
    @pytest.mark.parametrize(
        ("chosen", "hour", "said"),
        [
            ("0", 0, "Your daily e-mail comes at 00:00."),
            ("23", 23, "Your daily e-mail comes at 23:00."),
            ("", None, "No daily e-mail comes from now on."),
        ],
    )
    def test_its_hour_is_chosen(
        self, staff_client: Client, staff: User, chosen: str, hour: int | None, said: str
    ) -> None:
        User.objects.update(digest_hour=12)
        data = {"do": "digest", "digest_hour": chosen, "full_name": "Nobody"}
        response = staff_client.post("/profile", data, follow=True)
        assert said in words(response.content)
        staff.refresh_from_db()
        assert (staff.digest_hour, staff.full_name) == (hour, "Ayşe Yılmaz")

    @pytest.mark.parametrize("chosen", ["24", "-1", "6.5", "six", "\x00"])
    def test_what_is_no_hour_is_refused(
        self, staff_client: Client, staff: User, chosen: str
    ) -> None:
        data = {"do": "digest", "digest_hour": chosen}
        response = staff_client.post("/profile", data)
        assert response.status_code == 422
        assert "Choose an hour from the list, or no e-mail." in words(response.content)
        staff.refresh_from_db()
        assert staff.digest_hour is None

    def test_the_database_refuses_it_too(self, staff: User) -> None:
        with pytest.raises(IntegrityError, match="account_digest_hour_is_of_a_day"):
            User.objects.update(digest_hour=24)

    @pytest.mark.parametrize("sends", [True, False])
    def test_a_shop_without_e_mail_says_so(
        self, staff_client: Client, settings: Any, sends: bool
    ) -> None:
        settings.SENDS_EMAIL = sends
        page = words(staff_client.get("/profile").content)
        assert ("This shop has not set up e-mail yet." in page) == (not sends)

    def test_an_administrator_sees_and_changes_it(
        self, administrator_client: Client, staff: User
    ) -> None:
        path = f"/django-admin/accounts/user/{staff.pk}/change/"
        form = administrator_client.get(path).context["adminform"].form
        assert "No e-mail" in str(form["digest_hour"])
        data = {"full_name": "Ayşe", "email": staff.email, "is_active": "on", "is_staff": "on"}
        data |= {"seen": form.as_it_is, "digest_hour": "7"}
        assert administrator_client.post(path, data).status_code == 302
        staff.refresh_from_db()
        assert staff.digest_hour == 7
