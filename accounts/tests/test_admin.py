from functools import partial

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from conftest import PASSWORD, MakeUser, at_the_same_time, words

ACCOUNTS = "/django-admin/accounts/user/"


def test_waiting_accounts_are_approved_in_one_action(
    administrator_client: Client, make_user: MakeUser
) -> None:
    waiting = [make_user(f"{number}@example.com", is_staff=False) for number in range(2)]
    data = {"action": "approve", "_selected_action": [user.pk for user in waiting]}
    response = administrator_client.post(ACCOUNTS, data, follow=True)
    assert "2 accounts are approved." in words(response.content)
    assert not User.objects.waiting().exists()


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
    refused = administrator_client.post(path, data)
    assert "The shop needs an administrator. Make another one first." in words(refused.content)
    make_user("second@example.com", is_superuser=True)
    assert administrator_client.post(path, data).status_code == 302
    assert User.objects.administrators().count() == 1


def test_only_accounts_that_were_never_let_in_are_deleted(
    administrator_client: Client, staff: User, waiting: User
) -> None:
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
