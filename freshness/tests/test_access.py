"""Who may do what: the complete table of paths, roles and methods, and what each is answered."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from batches.models import Import, LabelRun, OwnStock, Recall
from conftest import MakeBatch, MakeUser

from .pages import PAGES, fill_shop
from .pages import answer as answer_of

ROLES = ["stranger", "waiting", "staff", "administrator"]
HISTORY = "^([^/]+)/history/([^/]+)/$"
METHODS = (["GET", "HEAD"], ["POST"], ["PUT", "DELETE"])

PUBLIC = {
    *("", "batch/<anything:text>", "register", "login", "login/code", "logout"),
    *("reset-password", "reset-password/<uid>/<token>", "django-admin/login/"),
    *("manifest.webmanifest", "healthz", "readyz"),
}


# Route, and the answers to reading, sending and other methods, by role in their order: a status,
# or where a redirect leads (`./` is the path itself).
TABLE = {
    "": (
        "200 200 200 200",
        "405 405 405 405",
        "405 405 405 405",
    ),
    "batch/<anything:text>": (
        "200 200 200 200",
        "405 405 405 405",
        "405 405 405 405",
    ),
    "admin": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/batches": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/batches/new": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "admin/batches/check": (
        "/login /waiting 405 405",
        "/login /waiting 200 200",
        "/login /waiting 405 405",
    ),
    "admin/batches/remove": (
        "/login /waiting 409 409",
        "/login /waiting 409 409",
        "/login /waiting 405 405",
    ),
    "admin/batches/put-back": (
        "/login /waiting 405 405",
        "/login /waiting /admin /admin",
        "/login /waiting 405 405",
    ),
    "admin/batches/<code:code>": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/batches/<code:code>/edit": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "admin/batches/<code:code>/check": (
        "/login /waiting 405 405",
        "/login /waiting 200 200",
        "/login /waiting 405 405",
    ),
    "admin/batches/<code:code>/remove": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "admin/batches/<code:code>/recall": (
        "/login /waiting 200 200",
        "/login /waiting 409 409",
        "/login /waiting 405 405",
    ),
    "admin/batches/<code:code>/delete": (
        "/login /waiting 200 200",
        "/login /waiting /admin /admin",
        "/login /waiting 405 405",
    ),
    "admin/batches/<code:code>/labels-gone": (
        "/login /waiting 405 405",
        "/login /waiting /admin/batches/7K3QF9XM2A /admin/batches/7K3QF9XM2A",
        "/login /waiting 405 405",
    ),
    "admin/recalls": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/recalls/new": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "admin/recalls/<int:number>": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/recalls/<int:number>/record": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/recalls/<int:number>/release": (
        "/login /waiting 405 405",
        "/login /waiting 403 422",
        "/login /waiting 405 405",
    ),
    "admin/scans": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/export": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/export/products": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/import": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "admin/import/template": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/import/<int:number>": (
        "/login /waiting 200 404",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/import/<int:number>/rows": (
        "/login /waiting 200 404",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/import/<int:number>/confirm": (
        "/login /waiting 405 405",
        "/login /waiting /admin/import/7 404",
        "/login /waiting 405 405",
    ),
    "admin/import/<int:number>/dates": (
        "/login /waiting 405 405",
        "/login /waiting /admin/import/7 404",
        "/login /waiting 405 405",
    ),
    "admin/import/<int:number>/lookalikes": (
        "/login /waiting 405 405",
        "/login /waiting /admin/import/7 404",
        "/login /waiting 405 405",
    ),
    "admin/import/<int:number>/drop": (
        "/login /waiting 405 405",
        "/login /waiting /admin/import 404",
        "/login /waiting 405 405",
    ),
    "admin/labels": (
        "/login /waiting 200 200",
        "/login /waiting ./ ./",
        "/login /waiting 405 405",
    ),
    "admin/labels/<int:run>": (
        "/login /waiting 409 409",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/labels/<int:run>.zpl": (
        "/login /waiting /admin/labels/8 /admin/labels/8",
        "/login /waiting /admin/labels/8 /admin/labels/8",
        "/login /waiting 405 405",
    ),
    "admin/labels/<int:run>/undo": (
        "/login /waiting 405 405",
        "/login /waiting /admin /admin/labels/8",
        "/login /waiting 405 405",
    ),
    "admin/labels/test-page": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/labels/page-<length:width>x<length:height>.css": (
        "/login /waiting 200 200",
        "/login /waiting 405 405",
        "/login /waiting 405 405",
    ),
    "admin/labels/stock/new": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "admin/labels/stock/<int:number>": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "admin/labels/stock/<int:number>/delete": (
        "/login /waiting 405 405",
        "/login /waiting /admin /admin",
        "/login /waiting 405 405",
    ),
    "register": (
        "200 /admin /admin /admin",
        "422 /admin /admin /admin",
        "405 405 405 405",
    ),
    "login": (
        "200 /admin /admin /admin",
        "422 /admin /admin /admin",
        "405 405 405 405",
    ),
    "login/code": (
        "/login /login /login /login",
        "/login /login /login /login",
        "405 405 405 405",
    ),
    "logout": (
        "/ 200 200 200",
        "/ / / /",
        "405 405 405 405",
    ),
    "waiting": (
        "/login 403 /admin /admin",
        "/login 405 405 405",
        "/login 405 405 405",
    ),
    "profile": (
        "/login /waiting 200 200",
        "/login /waiting 422 422",
        "/login /waiting 405 405",
    ),
    "profile/sign-out-everywhere": (
        "/login /waiting 405 405",
        "/login /waiting /login /login",
        "/login /waiting 405 405",
    ),
    "profile/second-factor": (
        "/login /waiting 200 200",
        "/login /waiting ./ ./",
        "/login /waiting 405 405",
    ),
    "reset-password": (
        "200 200 200 200",
        "422 422 422 422",
        "405 405 405 405",
    ),
    "reset-password/<uid>/<token>": (
        "410 410 410 410",
        "410 410 410 410",
        "405 405 405 405",
    ),
    "healthz": (
        "200 200 200 200",
        "405 405 405 405",
        "405 405 405 405",
    ),
    "readyz": (
        "200 200 200 200",
        "405 405 405 405",
        "405 405 405 405",
    ),
    "manifest.webmanifest": (
        "200 200 200 200",
        "405 405 405 405",
        "405 405 405 405",
    ),
    "django-admin/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/login/": (
        "/login /django-admin/ /django-admin/ /django-admin/",
        "/login /django-admin/ /django-admin/ /django-admin/",
        "/login /django-admin/ /django-admin/ /django-admin/",
    ),
    "django-admin/logout/": (
        "/login /waiting 403 200",
        "/login /waiting 403 /",
        "/login /waiting 403 405",
    ),
    "django-admin/password_change/": (
        "/login /waiting 403 /profile",
        "/login /waiting 403 /profile",
        "/login /waiting 403 /profile",
    ),
    "django-admin/password_change/done/": (
        "/login /waiting 403 200",
        "/login /waiting 403 405",
        "/login /waiting 403 405",
    ),
    "django-admin/autocomplete/": (
        "/login /waiting 403 403",
        "/login /waiting 403 405",
        "/login /waiting 403 405",
    ),
    "django-admin/jsi18n/": (
        "/login /waiting 403 200",
        "/login /waiting 403 405",
        "/login /waiting 403 405",
    ),
    "django-admin/r/<path:content_type_id>/<path:object_id>/": (
        "/login /waiting 403 404",
        "/login /waiting 403 404",
        "/login /waiting 403 404",
    ),
    "django-admin/accounts/user/<id>/password/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/accounts/user/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/accounts/user/add/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/accounts/user/<path:object_id>/history/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/accounts/user/<path:object_id>/delete/": (
        "/login /waiting 403 403",
        "/login /waiting 403 403",
        "/login /waiting 403 403",
    ),
    "django-admin/accounts/user/<path:object_id>/change/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/accounts/user/<path:object_id>/": (
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
    ),
    "django-admin/batches/product/^([^/]+)/history/([^/]+)/$": (
        "/login /waiting 403 200",
        "/login /waiting 403 405",
        "/login /waiting 403 405",
    ),
    "django-admin/batches/product/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/product/add/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/product/<path:object_id>/history/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/product/<path:object_id>/delete/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/product/<path:object_id>/change/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/product/<path:object_id>/": (
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
    ),
    "django-admin/batches/ownstock/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/ownstock/add/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/ownstock/<path:object_id>/history/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/ownstock/<path:object_id>/delete/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/ownstock/<path:object_id>/change/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/ownstock/<path:object_id>/": (
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
    ),
    "django-admin/batches/batch/^([^/]+)/history/([^/]+)/$": (
        "/login /waiting 403 200",
        "/login /waiting 403 405",
        "/login /waiting 403 405",
    ),
    "django-admin/batches/batch/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/batch/add/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/batch/<path:object_id>/history/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/batch/<path:object_id>/delete/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/batch/<path:object_id>/change/": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/batches/batch/<path:object_id>/": (
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
        "/login /waiting 403 ./change/",
    ),
    "django-admin/^(?P<app_label>accounts|batches)/$": (
        "/login /waiting 403 200",
        "/login /waiting 403 200",
        "/login /waiting 403 200",
    ),
    "django-admin/(?P<url>.*)$": (
        "/login /waiting 403 404",
        "/login /waiting 403 404",
        "/login /waiting 403 404",
    ),
}


def routes(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


Path = Callable[[str], str]


@pytest.fixture
def path_of(make_batch: MakeBatch, staff: User) -> Path:
    """An address of each route, with something there."""
    batch = make_batch(id="7K3QF9XM2A")
    stock = OwnStock.objects.create(
        pk=7, name="Own", label_width=60, label_height=40, pitch_x=60, pitch_y=40
    )
    Recall.objects.create(pk=stock.pk, reason="Glass", recalled_by=staff)
    run = LabelRun.objects.create(pk=8, printed_by=staff, stock=stock.key, measures="", labels=0)
    Import.objects.create(pk=7, author=staff, kind="batches", columns="[]", rows=1, state="checked")
    batch.product.save()  # so that it has a history
    there: dict[str, Any] = {
        "user": staff,
        "product": batch.product,
        "ownstock": stock,
        "batch": batch,
    }
    filled_in = {
        "<anything:text>": batch.pk,
        "<code:code>": batch.pk,
        "<int:run>": run.pk,
        "<int:number>": stock.pk,
        "<length:width>x<length:height>": "210x297",
        "<uid>/<token>": "MQ/token",
        "<path:content_type_id>/<path:object_id>": f"1/{batch.pk}",
        "<id>": staff.pk,
        "^(?P<app_label>accounts|batches)/$": "batches/",
        "(?P<url>.*)$": "nothing",
    }

    def path(route: str) -> str:
        for model, one in there.items():
            if f"/{model}/" in route:
                route = route.replace("<path:object_id>", str(one.pk))
            if f"/{model}/^([^/]+)/history/" in route:
                version = one.history.first().pk
                route = route.replace(HISTORY, f"{one.pk}/history/{version}/")
        for part, value in filled_in.items():
            route = route.replace(part, str(value))
        return f"/{route}"

    return path


def answer(client: Client, method: str, path: str) -> str:
    """The status; of a redirect, where it leads. What the request changes is taken back."""
    cookies: Any = client.cookies.copy()
    with transaction.atomic():
        response = client.generic(method, path)
        transaction.set_rollback(True)
    client.cookies = cookies
    if not response.has_header("Location"):
        return str(response.status_code)
    address = response["Location"].partition("?")[0]
    return f"./{address.removeprefix(path)}" if address.startswith(path) else address


@pytest.fixture
def clients(waiting: User, staff: User, administrator: User) -> dict[str, Client]:
    clients = {role: Client() for role in ROLES}
    for role, user in zip(ROLES[1:], (waiting, staff, administrator), strict=True):
        clients[role].force_login(user)
    return clients


def test_every_form_that_changes_something_carries_its_token(
    make_batch: MakeBatch, make_user: MakeUser
) -> None:
    clients = fill_shop(make_batch, make_user)
    missing = [
        (name, form[:200])
        for name, shown in PAGES.items()
        for form in re.findall(
            r'<form[^>]*method="post".*?</form>', answer_of(shown, clients).content.decode(), re.S
        )
        if "csrfmiddlewaretoken" not in form and shown.path.startswith("/")
    ]
    assert missing == []


def test_everything_is_closed_but_what_is_named_public() -> None:
    open_routes = {
        route
        for route, view in routes(get_resolver().url_patterns)
        if not getattr(view, "login_required", True)
    }
    assert open_routes == PUBLIC


def test_the_table_is_complete() -> None:
    found = [route for route, _view in routes(get_resolver().url_patterns)]
    assert sorted(found) == sorted(TABLE)


@pytest.mark.parametrize("route", TABLE)
def test_each_role_is_answered_as_the_table_says(
    route: str, path_of: Path, clients: dict[str, Client]
) -> None:
    path = path_of(route)
    for methods, expected in zip(METHODS, TABLE[route], strict=True):
        for method in methods:
            answers = [answer(clients[role], method, path) for role in ROLES]
            assert f"{method} {' '.join(answers)}" == f"{method} {expected}"
