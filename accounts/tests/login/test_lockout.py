"""How often a password may be guessed, and who is shut out by that."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from time_machine import travel

from accounts.models import Attempt, User
from conftest import PASSWORD, MakeUser, SecurityLog, words

HOME, ELSEWHERE = "203.0.113.5", "198.51.100.7"


def log_in(email: str, password: str = PASSWORD, address: str = HOME) -> Any:
    data = {"username": email, "password": password}
    return Client(REMOTE_ADDR=address).post("/login", data)


def guess(email: str, times: int, address: str = HOME) -> list[int]:
    return [log_in(email, "wrong", address).status_code for _ in range(times)]


def test_the_fifth_wrong_password_shuts_an_account_out_at_that_address(staff: User) -> None:
    assert guess(staff.email, 5) == [422, 422, 422, 422, 429]
    response = log_in(staff.email)
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    said = words(response.content)
    assert "even the right password is refused now, for up to 15 minutes" in said
    assert "ask for a link by e-mail and choose a new password" in said
    assert 'href="/reset-password"' in response.content.decode()


def test_one_lost_password_does_not_shut_out_the_shop_behind_the_same_address(
    staff: User, administrator: User
) -> None:
    guess(staff.email, 30)
    assert log_in(administrator.email)["Location"] == "/admin"


def test_nor_its_owner_who_is_somewhere_else(staff: User) -> None:
    guess(staff.email, 30)
    assert log_in(staff.email, address=ELSEWHERE)["Location"] == "/admin"


def test_guessing_one_account_from_many_addresses_shuts_the_account(
    staff: User, administrator: User
) -> None:
    statuses = [guess(staff.email, 1, f"203.0.113.{number}")[0] for number in range(50)]
    assert statuses == [422] * 49 + [429]
    assert log_in(staff.email, address=ELSEWHERE).status_code == 429
    assert log_in(administrator.email, address=ELSEWHERE).status_code == 302


def test_guessing_many_accounts_from_one_address_shuts_the_address(
    staff: User, settings: Any
) -> None:
    for number in range(100):
        with travel(timezone.now() + timedelta(seconds=2 * number)):  # slower than the limit
            [status] = guess(f"{number}@example.com", 1)
    assert status == 429
    with travel(timezone.now() + timedelta(seconds=200)):
        assert log_in(staff.email).status_code == 429
        assert log_in(staff.email, address=ELSEWHERE)["Location"] == "/admin"


@pytest.mark.parametrize(("minutes", "status"), [(14.9, 429), (15.1, 302)])
def test_after_a_quarter_of_an_hour_one_may_try_again(
    staff: User, minutes: float, status: int
) -> None:
    guess(staff.email, 8)
    with travel(timezone.now() + timedelta(minutes=minutes)):
        assert log_in(staff.email).status_code == status


def test_trying_while_it_is_shut_does_not_make_it_longer(staff: User) -> None:
    guess(staff.email, 5)
    with travel(timezone.now() + timedelta(minutes=10)):
        guess(staff.email, 5)
    with travel(timezone.now() + timedelta(minutes=15.1)):
        assert log_in(staff.email).status_code == 302


def test_the_right_password_forgives_the_wrong_ones(staff: User) -> None:
    guess(staff.email, 4)
    log_in(staff.email)
    assert guess(staff.email, 4) == [422] * 4


def test_ones_own_login_does_not_forgive_guesses_at_others(
    staff: User, administrator: User
) -> None:
    guess(administrator.email, 4)
    log_in(staff.email)
    assert guess(administrator.email, 1) == [429]


def test_capitals_and_spaces_are_no_way_round(staff: User) -> None:
    for email in ("AYSE@example.com", " ayse@example.com", "Ayse@Example.com", "ayse@example.com"):
        guess(email, 1)
    assert guess(staff.email, 1) == [429]


def test_an_ipv6_client_is_its_whole_network(staff: User) -> None:
    for number in range(4):
        guess(staff.email, 1, f"2001:db8:1:1::{number}")
    assert guess(staff.email, 1, "2001:db8:1:1:ffff::") == [429]
    assert guess(staff.email, 1, "2001:db8:1:2::") == [422]


def test_an_account_that_is_not_there_is_shut_out_alike(staff: User) -> None:
    assert guess("nobody@example.com", 6) == guess(staff.email, 6)
    pages = [words(log_in(email).content) for email in ("nobody@example.com", staff.email)]
    assert pages[0] == pages[1]


def test_an_administrator_unlocks(
    administrator_client: Client, administrator: User, staff: User, security_log: SecurityLog
) -> None:
    guess(staff.email, 5)
    data = {"action": "unlock", "_selected_action": [staff.pk, administrator.pk]}
    response = administrator_client.post("/django-admin/accounts/user/", data, follow=True)
    assert "They can try again now." in words(response.content)
    told = [line["account"] for line in security_log() if line["event"] == "unlocked"]
    assert told == [staff.email]
    assert log_in(staff.email)["Location"] == "/admin"


@pytest.mark.parametrize("email", ["a@" + ".".join(["İ" * 20] * 8) + ".com", "x" * 300 + "@a.com"])
def test_an_e_mail_that_no_account_can_have_is_no_guess(db: None, email: str) -> None:
    assert log_in(email).status_code == 422
    assert not AccessAttempt.objects.exists()


def test_nothing_that_was_typed_is_kept(staff_client: Client, staff: User) -> None:
    data = {"username": staff.email, "password": "secret-1", "pasword": "secret-2"}
    Client().post("/login?next=/secret-3&x=secret-4", data)
    typed = {"new_password1": "secret-5", "new_password2": "secret-6"}
    staff_client.post("/profile", typed | {"do": "password", "old_password": "secret-7"})
    kept = str(list(AccessAttempt.objects.values()))
    assert staff.email in kept
    assert "secret" not in kept


def test_the_security_log_tells_of_it_and_holds_no_password(
    staff: User, security_log: SecurityLog
) -> None:
    guess(staff.email, 6)
    log_in("hunter2@example.com", "hunter2")
    log_in(staff.email, address=ELSEWHERE)
    told = [(line["event"], line["who"], line.get("account")) for line in security_log()]
    assert told == [
        *[("login failed", None, staff.email)] * 4,
        ("locked out", None, staff.email),
        ("refused while locked out", None, staff.email),
        ("login failed", None, None),
        ("logged in", staff.email, None),
    ]
    assert [line["address"] for line in security_log()] == [HOME] * 7 + [ELSEWHERE]
    assert "hunter2" not in str(security_log())
    assert "wrong" not in str(security_log())
    assert all(line["at"].startswith("2026-11-22T") for line in security_log())


class TestLimits:
    def test_an_address_logs_in_sixty_times_a_minute_at_most(
        self, staff: User, make_user: MakeUser
    ) -> None:
        for _login in range(60):
            assert log_in(staff.email).status_code == 302
        response = log_in(staff.email)
        assert response.status_code == 429
        assert response["Retry-After"] == "60"
        assert "Wait up to 1 minute, then reload this page" in words(response.content)
        assert log_in(staff.email, address=ELSEWHERE).status_code == 302
        with travel(timezone.now() + timedelta(seconds=61)):
            assert log_in(staff.email).status_code == 302
            assert Attempt.objects.filter(what="login").count() == 1  # no more than is needed

    def test_whoever_is_signed_in_does_not_keep_us_hashing(self, staff_client: Client) -> None:
        """The right password, and two new ones that differ: nothing is changed, all is hashed."""
        data = {"do": "password", "old_password": PASSWORD, "new_password1": "a roast of 3 kg"}
        statuses = [staff_client.post("/profile", data).status_code for _ in range(11)]
        assert statuses == [422] * 10 + [429]

    @pytest.mark.parametrize(("path", "most"), [("/register", 30), ("/reset-password", 20)])
    def test_an_address_registers_and_resets_so_often_at_most(
        self, db: None, path: str, most: int, security_log: SecurityLog
    ) -> None:
        client = Client(REMOTE_ADDR=HOME)
        statuses = [client.post(path).status_code for _ in range(most + 1)]
        assert statuses == [422] * most + [429]
        assert Client(REMOTE_ADDR=ELSEWHERE).post(path).status_code == 422
        assert client.get(path).status_code == 200
        assert [line["event"] for line in security_log()] == ["too many tries"]
        with travel(timezone.now() + timedelta(minutes=61)):
            assert client.post(path).status_code == 422

    def test_who_tried_is_not_kept_readably(self, db: None) -> None:
        Client(REMOTE_ADDR=HOME).post("/reset-password", {"email": "nobody@example.com"})
        kept = str(list(Attempt.objects.values()))
        assert Attempt.objects.count() == 2
        assert HOME not in kept
        assert "nobody" not in kept
