import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import resvg_py
import zxingcpp
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from PIL import Image
from time_machine import travel

from accounts.login import second_factor
from accounts.models import User
from conftest import PASSWORD, MakeUser, SecurityLog, mailbox, words

PAGE = "/profile/second-factor"


def code_now(account: User) -> str:
    """What the app shows."""
    device = TOTPDevice.objects.get(user_id=account.pk)
    return f"{totp(device.bin_key):06}"


def wrong_code(account: User) -> str:
    return f"{(int(code_now(account)) + 1) % 10**6:06}"


@pytest.fixture
def on_paper(staff: User) -> list[str]:
    """The codes on paper of `staff`, which has turned the second factor on a minute ago."""
    with travel(timezone.localtime() - timedelta(minutes=1)):
        second_factor.offer(staff)
        codes = second_factor.turn_on(staff, code_now(staff))
    assert codes
    return codes


def log_in(client: Client, page: str = "") -> Any:
    data = {"username": "ayse@example.com", "password": PASSWORD, "next": page}
    return client.post("/login", data)


class TestTurningOn:
    def test_a_read_page_offers_nothing_yet(self, staff_client: Client) -> None:
        said = words(staff_client.get(PAGE).content)
        assert "Signing in will then take your password and a code" in said
        assert not TOTPDevice.objects.exists()

    def test_the_code_that_is_shown_is_the_apps_secret(
        self, staff_client: Client, staff: User, settings: Any
    ) -> None:
        page = staff_client.post(PAGE, {"do": "offer"}, follow=True).content.decode()
        [drawing] = re.findall(r'<div class="secret".*?(<svg.*?</svg>)', page, flags=re.S)
        assert "style" not in drawing
        drawing = drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        png = bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=240))
        picture = Image.open(io.BytesIO(png))
        [code] = zxingcpp.read_barcodes(picture.convert("L"))
        url = urlsplit(code.text)
        assert (url.scheme, url.netloc) == ("otpauth", "totp")
        [secret] = parse_qs(url.query)["secret"]
        assert " ".join(re.findall(".{4}", secret)) in page
        assert "ayse%40example.com" in url.path

    def test_it_takes_the_password_and_a_code(
        self, staff_client: Client, staff: User, security_log: SecurityLog
    ) -> None:
        elsewhere = Client()
        elsewhere.force_login(staff)
        staff_client.post(PAGE, {"do": "offer"})
        right = {"code": code_now(staff), "password": PASSWORD}
        for wrong in ({"code": ""}, {"code": wrong_code(staff)}, {"password": "wrong"}):
            assert staff_client.post(PAGE, right | wrong).status_code == 422
            assert not second_factor.is_asked_of(staff)
        response = staff_client.post(PAGE, right)
        assert second_factor.is_asked_of(staff)
        assert len(re.findall(r"<li>[a-z2-7]{8}</li>", response.content.decode())) == 8
        assert staff_client.get("/admin").status_code == 200
        assert elsewhere.get("/admin").status_code == 302
        assert [line["event"] for line in security_log()] == ["second factor turned on"]

    @pytest.mark.parametrize(("minutes", "is_there"), [(59, True), (61, False)])
    def test_an_offer_stands_for_an_hour(
        self, staff_client: Client, staff: User, minutes: int, is_there: bool
    ) -> None:
        staff_client.post(PAGE, {"do": "offer"})
        with travel(timezone.localtime() + timedelta(minutes=minutes)):
            assert ('class="secret"' in staff_client.get(PAGE).content.decode()) == is_there
            data = {"code": code_now(staff), "password": PASSWORD}
            response = staff_client.post(PAGE, data, follow=True)
            said = words(response.content)
            assert ("Write these codes down" in said) == is_there
            assert ("more than an hour old. Begin again" in said) == (not is_there)

    def test_to_send_it_once_more_does_not_turn_it_off(
        self, staff_client: Client, staff: User
    ) -> None:
        """As a reload of the page with the codes does."""
        staff_client.post(PAGE, {"do": "offer"})
        data = {"code": code_now(staff), "password": PASSWORD}
        staff_client.post(PAGE, data)
        response = staff_client.post(PAGE, data, follow=True)
        assert response.redirect_chain == [(PAGE, 302)]
        assert second_factor.is_asked_of(staff)

    def test_to_begin_anew_is_another_secret(self, staff: User) -> None:
        second_factor.offer(staff)
        old = code_now(staff)
        second_factor.offer(staff)
        assert second_factor.turn_on(staff, old) is None
        assert TOTPDevice.objects.count() == 1


class TestSigningIn:
    def test_the_password_alone_opens_nothing(self, on_paper: list[str]) -> None:
        client = Client()
        response = log_in(client, "/admin/labels")
        assert response["Location"] == "/login/code?next=%2Fadmin%2Flabels"
        assert client.get("/admin")["Location"] == "/login?next=/admin"
        assert client.get("/profile")["Location"] == "/login?next=/profile"

    def test_the_code_lets_in_and_leads_on(
        self, on_paper: list[str], staff: User, security_log: SecurityLog
    ) -> None:
        client = Client()
        page = client.get(log_in(client, "/admin/labels")["Location"]).content.decode()
        assert 'autocomplete="one-time-code"' in page
        code = f" {code_now(staff)[:3]} {code_now(staff)[3:]}"
        response = client.post("/login/code", {"code": code, "next": "/admin/labels"})
        assert response["Location"] == "/admin/labels"
        assert client.get("/admin").status_code == 200
        assert [(line["event"], line["who"]) for line in security_log()] == [
            ("first factor shown", None),
            ("logged in", "ayse@example.com"),
        ]

    def test_each_code_is_taken_once(self, on_paper: list[str], staff: User) -> None:
        for code in (code_now(staff), on_paper[0].upper()):
            statuses = []
            for _try in range(2):
                client = Client()
                log_in(client)
                statuses.append(client.post("/login/code", {"code": code}).status_code)
            assert statuses == [302, 422]

    def test_the_code_alone_opens_nothing(self, on_paper: list[str], staff: User) -> None:
        response = Client().post("/login/code", {"code": code_now(staff)})
        assert response["Location"] == "/login"

    @pytest.mark.parametrize(
        "happens", [{"is_active": False}, {"password": "!"}, {"session_salt": "new"}]
    )
    def test_what_ends_sessions_ends_the_first_step_too(
        self, on_paper: list[str], staff: User, happens: dict[str, Any]
    ) -> None:
        client = Client()
        log_in(client)
        User.objects.update(**happens)
        response = client.post("/login/code", {"code": code_now(staff)})
        assert response["Location"] == "/login"

    @pytest.mark.parametrize(("minutes", "location"), [(9.9, "/admin"), (10.1, "/login")])
    def test_the_first_step_lasts_ten_minutes(
        self, on_paper: list[str], staff: User, minutes: float, location: str
    ) -> None:
        client = Client()
        log_in(client)
        with travel(timezone.localtime() + timedelta(minutes=minutes)):
            response = client.post("/login/code", {"code": code_now(staff)})
        assert response["Location"] == location

    def test_five_codes_are_taken_in_a_quarter_of_an_hour(
        self, on_paper: list[str], staff: User, security_log: SecurityLog
    ) -> None:
        wrong = {"code": wrong_code(staff)}
        statuses = []
        for number in range(6):  # from wherever they come
            client = Client(REMOTE_ADDR=f"203.0.113.{number}")
            log_in(client)
            statuses.append(client.post("/login/code", wrong).status_code)
        assert statuses == [422] * 5 + [429]
        assert client.post("/login/code", {"code": code_now(staff)}).status_code == 429
        told = [(line["event"], line["account"]) for line in security_log() if "account" in line]
        assert told[:2] == [
            ("first factor shown", "ayse@example.com"),
            ("second factor failed", "ayse@example.com"),
        ]
        assert wrong["code"] not in str([line | {"at": ""} for line in security_log()])
        with travel(timezone.localtime() + timedelta(minutes=15.1)):
            log_in(client)
            code = {"code": code_now(staff)}
            assert client.post("/login/code", code)["Location"] == "/admin"

    def test_it_is_no_way_round_for_a_shut_address(self, on_paper: list[str], staff: User) -> None:
        """Nor shut by one: a new password and a code let in wherever others have guessed."""
        AccessAttempt.objects.create(
            username="other@example.com", ip_address="127.0.0.1", failures_since_start=100
        )
        assert log_in(Client()).status_code == 429
        Client().post("/reset-password", {"email": staff.email})
        [link] = re.findall(r"http://shop\.example\.com(/\S+)", str(mailbox()[-1].body))
        client = Client()
        new = "an even longer roast"
        client.post(link, {"new_password1": new, "new_password2": new})
        assert client.post("/login/code", {"code": on_paper[0]})["Location"] == "/admin"

    @pytest.mark.parametrize("is_signed_in", [False, True])
    def test_a_new_password_by_e_mail_is_not_enough(
        self, on_paper: list[str], staff: User, security_log: SecurityLog, is_signed_in: bool
    ) -> None:
        client = Client()
        if is_signed_in:
            client.force_login(staff)
        Client().post("/reset-password", {"email": staff.email})
        [link] = re.findall(r"http://shop\.example\.com(/\S+)", str(mailbox()[-1].body))
        new = "an even longer roast"
        response = client.post(link, {"new_password1": new, "new_password2": new})
        assert response["Location"].startswith("/login/code")
        assert security_log()[-2]["event"] == "password reset"
        page = client.get(response["Location"])
        assert "Your password is changed." in words(page.content)
        assert client.get("/admin").status_code == 302
        client.post("/login/code", {"code": on_paper[0]})
        assert client.get("/admin").status_code == 200

    def test_an_empty_form_is_no_try(self, on_paper: list[str], staff: User) -> None:
        client = Client()
        log_in(client)
        statuses = {client.post("/login/code", {"code": " "}).status_code for _ in range(6)}
        assert statuses == {422}
        assert client.post("/login/code", {"code": on_paper[0]})["Location"] == "/admin"

    def test_once_an_administrator_has_turned_it_off_the_password_is_asked_for_again(
        self, on_paper: list[str], staff: User
    ) -> None:
        client = Client()
        log_in(client)
        second_factor.turn_off(staff)
        assert client.get("/login/code")["Location"] == "/login"
        assert log_in(client)["Location"] == "/admin"

    @pytest.mark.parametrize("code", ["", "\x00", "x" * 21, "１２３４５６", "1e5", "-1", "'; --"])
    def test_a_strange_code_is_refused(self, on_paper: list[str], code: str) -> None:
        client = Client()
        log_in(client)
        assert client.post("/login/code", {"code": code}).status_code == 422


class TestTurningOff:
    def test_it_takes_the_password(
        self, on_paper: list[str], staff_client: Client, staff: User, security_log: SecurityLog
    ) -> None:
        assert staff_client.post(PAGE, {"do": "off", "password": "wrong"}).status_code == 422
        assert second_factor.is_asked_of(staff)
        off = {"do": "off", "password": PASSWORD}
        response = staff_client.post(PAGE, off, follow=True)
        assert "The second factor is off." in words(response.content)
        assert log_in(Client())["Location"] == "/admin"
        assert not second_factor.accepts(staff, on_paper[0])
        assert security_log()[0]["event"] == "second factor turned off"

    def test_an_administrator_turns_it_off_for_whoever_lost_the_phone(
        self,
        on_paper: list[str],
        administrator_client: Client,
        staff: User,
        waiting: User,
        security_log: SecurityLog,
    ) -> None:
        both = [staff.pk, waiting.pk]
        data = {"action": "turn_second_factor_off", "_selected_action": both}
        administrator_client.post("/django-admin/accounts/user/", data)
        assert [(line["event"], line["account"]) for line in security_log()] == [
            ("second factor turned off", "ayse@example.com")
        ]
        assert log_in(Client())["Location"] == "/admin"


def test_one_account_does_not_open_another(
    on_paper: list[str], staff: User, make_user: MakeUser
) -> None:
    other = make_user("other@example.com")
    second_factor.offer(other)
    assert not second_factor.accepts(other, on_paper[0])
    assert not second_factor.accepts(other, code_now(staff))
