from functools import partial

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.staff.admin_forms import GivenPasswordForm
from conftest import PASSWORD, MakeUser, SecurityLog, at_the_same_time, mailbox, words

ACCOUNTS = "/django-admin/accounts/user/"


def test_waiting_accounts_are_approved_in_one_action(
    administrator_client: Client, make_user: MakeUser, security_log: SecurityLog
) -> None:
    waiting = [make_user(f"{number}@example.com", is_staff=False) for number in range(2)]
    data = {"action": "approve", "_selected_action": [user.pk for user in waiting]}
    response = administrator_client.post(ACCOUNTS, data, follow=True)
    assert "2 accounts are approved." in words(response.content)
    assert not User.objects.waiting().exists()
    told = [(line["event"], line["who"], line["account"]) for line in security_log()]
    assert sorted(told) == [("approved", "owner@example.com", user.email) for user in waiting]
    assert sorted(message.to[0] for message in mailbox()) == ["0@example.com", "1@example.com"]


def test_the_portals_link_lists_only_those_who_wait(
    administrator_client: Client, waiting: User, staff: User
) -> None:
    html = administrator_client.get(f"{ACCOUNTS}?is_staff__exact=0&is_active__exact=1").content
    assert "waiting@example.com" in words(html)
    assert "ayse@example.com" not in words(html)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_does_not_query_per_row(
    administrator_client: Client,
    make_user: MakeUser,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count):
        make_user(f"{number}@example.com")
    # Session, account, two counts, the years to choose from (two), accounts.
    with django_assert_num_queries(7):
        assert administrator_client.get(ACCOUNTS).status_code == 200


def test_an_administrator_makes_an_account(administrator_client: Client) -> None:
    data = {
        "full_name": "New Hand",
        "email": "Hand@Example.com",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "is_staff": "on",
    }
    response = administrator_client.post(f"{ACCOUNTS}add/", data)
    assert response.status_code == 302
    user = User.objects.get(email="hand@example.com")
    assert (user.is_staff, user.is_superuser, user.check_password(PASSWORD)) == (True, False, True)


def test_an_administrator_changes_an_account(administrator_client: Client, staff: User) -> None:
    data = {"full_name": "Ayşe", "email": "AYSE@example.com", "is_active": "on"}
    data["seen"] = seen(staff)
    response = administrator_client.post(f"{ACCOUNTS}{staff.pk}/change/", data)
    assert response.status_code == 302
    staff.refresh_from_db()
    assert (staff.full_name, staff.is_staff) == ("Ayşe", False)


@pytest.mark.parametrize("path", ["/django-admin/", ACCOUNTS, "/django-admin/login/"])
def test_it_is_for_administrators_only(staff_client: Client, db: None, path: str) -> None:
    last_address, _status = Client().get(path, follow=True).redirect_chain[-1]
    page = "/django-admin/" if path.endswith("/login/") else path
    assert last_address == f"/login?next={page}"
    response = staff_client.get(path, follow=True)
    assert response.status_code == 403
    assert "This page is for administrators" in words(response.content)


def test_there_is_one_way_in_for_administrators(administrator: User) -> None:
    client = Client()
    data = {"username": administrator.email, "password": PASSWORD}
    response = client.post("/login?next=/django-admin/", data, follow=True)
    assert response.status_code == 200
    assert "Freshness Tracker administration" in words(response.content)


@pytest.mark.parametrize("data", [{"is_active": "on", "is_staff": "on"}, {"is_superuser": "on"}])
def test_the_last_administrator_cannot_leave_the_shop_without_one(
    administrator_client: Client, administrator: User, make_user: MakeUser, data: dict[str, str]
) -> None:
    path = f"{ACCOUNTS}{administrator.pk}/change/"
    data = {"full_name": "Olga", "email": administrator.email, "is_staff": "on"} | data
    data["seen"] = seen(administrator)
    refused = administrator_client.post(path, data)
    assert "The shop needs an administrator. Make another one first." in words(refused.content)
    make_user("second@example.com", is_superuser=True)
    assert administrator_client.post(path, data).status_code == 302
    assert User.objects.administrators().count() == 1


def test_only_accounts_that_were_never_let_in_are_deleted(
    administrator_client: Client, staff: User, waiting: User
) -> None:
    staff.is_staff = False  # not any more
    staff.save()
    for user, status in ((staff, 403), (waiting, 302)):
        path = f"{ACCOUNTS}{user.pk}/delete/"
        assert administrator_client.post(path, {"post": "yes"}).status_code == status
    bulk = {"action": "delete_selected", "_selected_action": [staff.pk], "post": "yes"}
    administrator_client.post(ACCOUNTS, bulk)
    assert User.objects.filter(pk=staff.pk).exists()
    assert not User.objects.filter(pk=waiting.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_administrators_who_demote_each_other_leave_one(
    make_user: MakeUser, attempt: int
) -> None:
    pair = [make_user(f"{number}@example.com", is_superuser=True) for number in range(2)]
    demotions = []
    for one, other in (pair, reversed(pair)):
        client = Client()
        client.force_login(one)
        data = {"full_name": "X", "email": other.email, "is_staff": "on", "is_active": "on"}
        data["seen"] = seen(other)
        demotions.append(partial(client.post, f"{ACCOUNTS}{other.pk}/change/", data))
    at_the_same_time(*demotions)
    assert User.objects.administrators().count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_administrator_gives_somebody_a_new_password(
    administrator_client: Client, staff: User
) -> None:
    """Committed for real: the admin opens no transaction for this page."""
    new = "an even longer roast"
    data = {"usable_password": "true", "password1": new, "password2": new}
    response = administrator_client.post(f"{ACCOUNTS}{staff.pk}/password/", data)
    assert response.status_code == 302
    staff.refresh_from_db()
    assert staff.check_password(new)


def seen(user: User) -> str:
    return user.updated_at.isoformat()


def changed(user: User, **fields: str | None) -> dict[str, str]:
    """The form of an account, as it is, with these fields changed; None unticks."""
    ticked = {
        name: "on" for name in ("is_staff", "is_superuser", "is_active") if getattr(user, name)
    }
    data = {"full_name": user.full_name, "email": user.email, "seen": seen(user)} | ticked | fields
    return {name: value for name, value in data.items() if value is not None}


def test_a_role_is_changed_on_the_record(
    administrator_client: Client, waiting: User, security_log: SecurityLog
) -> None:
    path = f"{ACCOUNTS}{waiting.pk}/change/"
    administrator_client.post(path, changed(waiting, is_staff="on"))
    waiting.refresh_from_db()
    administrator_client.post(path, changed(waiting, is_superuser="on"))
    waiting.refresh_from_db()
    administrator_client.post(path, changed(waiting, full_name="Wanda Weight"))
    told = [(line["event"], line["account"], line.get("now")) for line in security_log()]
    assert told == [
        ("approved", "waiting@example.com", None),
        ("role changed", "waiting@example.com", "administrator"),
    ]
    [message] = mailbox()
    assert message.to == ["waiting@example.com"]
    assert "has let you in" in message.body


def test_deactivation_ends_the_sessions_at_once_and_for_good(
    administrator_client: Client, staff_client: Client, staff: User
) -> None:
    path = f"{ACCOUNTS}{staff.pk}/change/"
    assert staff_client.get("/admin").status_code == 200
    administrator_client.post(path, changed(staff, is_active=None))
    assert staff_client.get("/admin")["Location"] == "/login?next=/admin"
    staff.refresh_from_db()
    administrator_client.post(path, changed(staff, is_active="on"))
    assert staff_client.get("/admin")["Location"] == "/login?next=/admin"
    staff_client.post("/login", {"username": staff.email, "password": PASSWORD})
    assert staff_client.get("/admin").status_code == 200


def test_a_change_takes_back_nothing_that_happens_meanwhile(
    administrator_client: Client, staff: User
) -> None:
    """The administrator's page was opened before, and holds what was so then."""
    path = f"{ACCOUNTS}{staff.pk}/change/"
    page = administrator_client.get(path).content.decode()
    assert f'<input type="hidden" name="seen" value="{seen(staff)}"' in page
    data = changed(staff, full_name="Ayşe Kaya")
    staff.is_active = False
    staff.save()
    response = administrator_client.post(path, data)
    [refusal] = response.context["adminform"].form.non_field_errors()  # not at a hidden field
    assert refusal.startswith("This account was changed after you opened this page")
    assert refusal in words(response.content)
    staff.refresh_from_db()
    assert (staff.full_name, staff.is_active) == ("Ayşe Yılmaz", False)


def test_a_given_password_takes_back_nothing_that_happens_while_it_is_hashed(staff: User) -> None:
    form = GivenPasswordForm(staff, {"password1": PASSWORD, "password2": PASSWORD})
    assert form.is_valid()
    assert "usable_password" not in form.fields
    User.objects.update(is_active=False, is_staff=False, email="kaya@example.com")
    form.save()
    staff.refresh_from_db()
    assert (staff.is_active, staff.is_staff, staff.email) == (False, False, "kaya@example.com")


def test_an_e_mail_changed_for_somebody_is_told_at_the_old_address(
    administrator_client: Client, staff: User, security_log: SecurityLog
) -> None:
    data = changed(staff, email="kaya@example.com")
    administrator_client.post(f"{ACCOUNTS}{staff.pk}/change/", data)
    assert [message.to for message in mailbox()] == [["ayse@example.com"]]
    [line] = security_log()
    assert (line["event"], line["before"], line["account"]) == (
        "e-mail changed",
        "ayse@example.com",
        "kaya@example.com",
    )


def test_somebody_is_signed_out_everywhere(
    administrator_client: Client, staff_client: Client, staff: User, security_log: SecurityLog
) -> None:
    data = {"action": "sign_out_everywhere", "_selected_action": [staff.pk]}
    response = administrator_client.post(ACCOUNTS, data, follow=True)
    assert "They are signed out on every device." in words(response.content)
    assert staff_client.get("/admin").status_code == 302
    [line] = security_log()
    assert (line["event"], line["who"], line["account"]) == (
        "signed out everywhere",
        "owner@example.com",
        "ayse@example.com",
    )


def test_ones_own_password_is_changed_on_the_profile(administrator_client: Client) -> None:
    response = administrator_client.get("/django-admin/password_change/")
    assert response["Location"] == "/profile"


def test_accounts_made_deleted_and_given_a_password_are_on_the_record(
    administrator_client: Client, waiting: User, security_log: SecurityLog
) -> None:
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    made = {"full_name": "Hand", "email": "hand@example.com", "is_staff": "on"}
    administrator_client.post(f"{ACCOUNTS}add/", made | passwords)
    administrator_client.post(f"{ACCOUNTS}{waiting.pk}/password/", passwords)
    administrator_client.post(f"{ACCOUNTS}{waiting.pk}/delete/", {"post": "yes"})
    assert [(line["event"], line["account"]) for line in security_log()] == [
        ("account made", "hand@example.com"),
        ("password changed", "waiting@example.com"),
        ("account deleted", "waiting@example.com"),
    ]
    assert PASSWORD not in str(security_log())
