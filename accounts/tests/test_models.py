from functools import partial
from typing import Any

import pytest
from django.contrib.auth import authenticate, hashers
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory

from accounts.models import User
from conftest import PASSWORD, MakeUser, at_the_same_time
from freshness import settings as project_settings


def test_one_person_is_one_account_whatever_the_capitals(make_user: MakeUser) -> None:
    user = make_user("Ayse@Example.COM")
    assert user.email == "ayse@example.com"
    request = RequestFactory().post("/login")
    assert authenticate(request, username=" AYSE@example.com", password=PASSWORD) == user
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("AYSE@EXAMPLE.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(email="Ayse@example.com")


def test_the_first_account_is_the_administrator_and_later_ones_wait(db: None) -> None:
    first, second = User(email="1@example.com"), User(email="2@example.com")
    first.register()
    second.register()
    assert (first.is_staff, first.is_superuser) == (True, True)
    assert (second.is_staff, second.is_superuser) == (False, False)
    assert first.accounts_to_approve() == 1
    assert second.accounts_to_approve() == 0


def test_open_registration_lets_later_accounts_in_at_once(settings: Any, staff: User) -> None:
    settings.REGISTRATION = "open"
    user = User(email="new@example.com")
    user.register()
    assert (user.is_staff, user.is_superuser) == (True, False)


def test_there_is_one_first_account_at_most(db: None) -> None:
    User(email="1@example.com", is_founder=True).save()
    with pytest.raises(IntegrityError):
        User(email="2@example.com", is_founder=True).save()


def test_an_administrator_is_always_approved(db: None) -> None:
    with pytest.raises(IntegrityError):
        User(email="1@example.com", is_superuser=True, is_staff=False).save()


def test_passwords_are_kept_by_pbkdf2_with_100_000_rounds_or_more(
    make_user: MakeUser, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = project_settings.PASSWORD_HASHERS
    algorithm, rounds, salt, _hash = make_user().password.split("$")
    assert algorithm == "pbkdf2_sha256"
    assert int(rounds) == hashers.PBKDF2PasswordHasher.iterations >= 100_000
    assert len(salt) >= 16


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("email", ["same@example.com", "{}@example.com"])
def test_of_many_first_registrations_in_one_instant_one_is_the_administrator(email: str) -> None:
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    people = [{"full_name": "First", "email": email.format(number)} for number in range(4)]
    answers = at_the_same_time(
        *[partial(Client().post, "/register", person | passwords) for person in people]
    )
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == ([302] * 4 if "{}" in email else [302] + [422] * 3)
    assert User.objects.filter(is_superuser=True).count() == 1
    assert User.objects.count() == statuses.count(302)


def test_it_is_kept_when_an_account_was_first_let_in(make_user: MakeUser) -> None:
    users = [make_user(f"{number}@example.com", is_staff=False) for number in range(3)]
    assert [user.let_in_at for user in users] == [None, None, None]
    users[0].is_staff = True
    users[0].save(update_fields=["is_staff"])
    users[0].refresh_from_db()
    first = users[0].let_in_at
    User.objects.filter(pk=users[0].pk).update(is_staff=False)
    User.objects.filter(pk__in=[users[0].pk, users[1].pk]).approve()
    users[0].refresh_from_db()
    users[1].refresh_from_db()
    assert users[0].let_in_at == first
    assert users[1].let_in_at is not None
