"""Every page of the site in every state it has, with data as long and strange as they may be."""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.translation import override
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import second_factor
from accounts.models import User
from batches.models import Batch, LabelRun, OwnStock, PrintedLabels, Product
from conftest import PASSWORD, MakeBatch, MakeUser

SHOP_NAME = "Ox & Tail, Butchers and Fishmongers since 1911 – “Old Town”"
NAME = "Schweinefleischwurstwaren <Ox & tail> " + "m" * 22
WORD = "Donaudampfschifffahrtsgesellschaft"


@dataclass(frozen=True)
class Shown:
    """How a page is reached: by whom, where, and with what is sent; or a template by itself."""

    path: str
    status: int = 200
    role: str = "stranger"
    data: dict[str, Any] | None = None
    context: dict[str, Any] = field(default_factory=dict)


def staff(path: str, status: int = 200, data: dict[str, Any] | None = None) -> Shown:
    return Shown(path, status, "staff", data)


LABELS = "/admin/labels?batch=FRESH00000&batch=RECA11ED00"
WRONG = {"batch_identifier": "a b", "butcher_date": "2026-11-24", "arrival_date": "0205-01-01"}
MEASURED_WRONG = {"kind": "sheet", "unit": "mm", "dots_per_inch": 203, "label_width": "none"}
PAGES = {
    "landing": Shown("/"),
    "landing, wrong code": Shown("/?code=x", 422),
    "landing, to staff": staff("/"),
    "report, fresh": Shown("/batch/FRESH00000"),
    "report, caution": Shown("/batch/CAVT10N000"),
    "report, expired": Shown("/batch/EXP1RED000"),
    "report, past its use-by date": Shown("/batch/VSEBY00000"),
    "report, long past": Shown("/batch/01D0000000"),
    "report, recalled": Shown("/batch/RECA11ED00"),
    "report, off the shelf": Shown("/batch/REM0VED000"),
    "report, unknown": Shown("/batch/nothing", 404),
    "not found": Shown("/nothing", 404),
    "not found, to staff": staff("/nothing", 404),
    "not for staff": staff("/django-admin/", 403),
    "400.html": Shown("400.html", 400),
    "403_csrf.html": Shown("403_csrf.html", 403),
    "409.html": Shown("409.html", 409),
    "413.html": Shown("413.html", 413, context={"megabytes": 2.5}),
    "429.html": Shown("429.html", 429, context={"minutes": 15}),
    "500.html": Shown("500.html", 500),
    "503.html": Shown("503.html", 503),
    "accounts/locked.html": Shown("accounts/locked.html", 429, context={"minutes": 15}),
    "accounts/registration_closed.html": Shown("accounts/registration_closed.html", 403),
    "register": Shown("/register"),
    "register, wrong": Shown("/register", 422, data={"email": "x", "password1": "1"}),
    "sign in": Shown("/login?next=/admin"),
    "sign in, wrong": Shown("/login", 422, data={"username": "a@b.com", "password": "wrong"}),
    "sign in, code": Shown("/login/code", 200, "half in"),
    "sign in, wrong code": Shown("/login/code", 422, "half in", data={"code": "1"}),
    "sign out": staff("/logout"),
    "waiting": Shown("/waiting", 403, "waiting"),
    "reset": Shown("/reset-password"),
    "reset, wrong": Shown("/reset-password", 422, data={"email": "x"}),
    "reset, asked": Shown("/reset-password", 200, data={"email": "a" * 60 + "@example.com"}),
    "reset, over": Shown("/reset-password/MQ/x", 410),
    "profile": staff("/profile"),
    "profile, wrong": staff("/profile", 422, {"do": "password", "old_password": "x"}),
    "second factor, off": staff("/profile/second-factor"),
    "second factor, offered": Shown("/profile/second-factor", 200, "offered"),
    "second factor, wrong": Shown("/profile/second-factor", 422, "offered", {"code": "1"}),
    "second factor, on": Shown("/profile/second-factor", 200, "second factor"),
    "accounts/second_factor_codes.html": Shown(
        "accounts/second_factor_codes.html", role="staff", context={"codes": ["abcd efgh"] * 8}
    ),
    "list": staff("/admin"),
    "list, to an administrator": Shown("/admin", 200, "administrator"),
    "list, nothing found": staff("/admin?search=none"),
    "list, wrong filter": staff("/admin?status=none", 422),
    "add": staff("/admin/batches/new"),
    "add, wrong": staff("/admin/batches/new", 422, WRONG),
    "batch": staff("/admin/batches/FRESH00000"),
    "batch, recalled": staff("/admin/batches/RECA11ED00"),
    "edit": staff("/admin/batches/FRESH00000/edit"),
    "edit, wrong": staff("/admin/batches/FRESH00000/edit", 422, WRONG),
    "delete": staff("/admin/batches/FRESH00000/delete"),
    "delete, recalled": staff("/admin/batches/RECA11ED00/delete"),
    "labels": staff(LABELS),
    "labels, wrong": staff(LABELS + "&copies=99999&start=999", 422),
    "labels, too small": staff(LABELS + "&stock=avery-5167"),
    "labels, of nothing": staff("/admin/labels"),
    "labels, printed": staff("/admin/labels/8"),
    "labels, not to be printed again": staff("/admin/labels/9", 409),
    "test page": staff("/admin/labels/test-page"),
    "own stock": staff("/admin/labels/stock/7"),
    "own stock, new": staff("/admin/labels/stock/new"),
    "own stock, wrong": staff("/admin/labels/stock/new", 422, MEASURED_WRONG),
}
ADMINISTRATION = {
    path: Shown(f"/django-admin/{path}", 200, "administrator")
    for path in [
        *("", "accounts/user/", "accounts/user/add/", "batches/batch/", "batches/product/"),
        *("batches/batch/FRESH00000/change/", "batches/batch/RECA11ED00/change/"),
        *(
            "batches/batch/FRESH00000/history/",
            "batches/product/add/",
            "batches/ownstock/7/change/",
        ),
    ]
}


def fill_shop(make_batch: MakeBatch, make_user: MakeUser) -> dict[str, Client]:
    """Make what PAGES shows, and a client for each role."""
    accounts = {
        "staff": make_user("a" * 60 + "@example.com", full_name=WORD * 3),
        "administrator": make_user("owner@example.com", is_superuser=True),
        "waiting": make_user("waiting@example.com", is_staff=False, full_name="<b>&"),
        "offered": make_user("offered@example.com"),
        "second factor": make_user("second@example.com"),
    }
    second_factor.offer(accounts["offered"])
    turn_on_second_factor(accounts["second factor"])
    fill_shelf(make_batch, accounts["staff"])
    clients = {role: Client() for role in (*accounts, "stranger", "half in")}
    for role, account in accounts.items():
        clients[role].force_login(account)
    password = {"username": accounts["second factor"].email, "password": PASSWORD}
    clients["half in"].post("/login", password)
    return clients


def turn_on_second_factor(account: User) -> None:
    second_factor.offer(account)
    TOTPDevice.objects.filter(user=account).update(confirmed=True)


def fill_shelf(make_batch: MakeBatch, recorder: User) -> None:
    product = Product.objects.create(name=NAME, emoji="👩‍🍳", storage_advice="Keep it. " * 20)
    strange: dict[str, Any] = {
        "product": product,
        "supplier": WORD * 2,
        "supplier_lot": "L" * 40,
        "created_by": recorder,
    }
    today = timezone.localdate()
    recalled = {"recalled_at": timezone.now(), "recall_reason": f"{WORD} <&> " * 4}
    make_batch(0, id="FRESH00000", batch_identifier="W" * 20, use_by=today, **strange)
    make_batch(3, id="CAVT10N000", **strange)
    make_batch(6, id="EXP1RED000", use_by=today + timedelta(days=9))
    make_batch(1, id="VSEBY00000", use_by=today - timedelta(days=1))
    make_batch(0, id="01D0000000", arrival_date=date(2020, 2, 29), butcher_date=date(2020, 2, 29))
    make_batch(1, id="RECA11ED00", **recalled, **strange)
    make_batch(2, id="REM0VED000", removed_on=today, removal_reason=WORD)
    stock = OwnStock.objects.create(
        pk=7, name="Own <&>", label_width=60, label_height=40, pitch_x=60, pitch_y=40
    )
    stock.refresh_from_db()
    batch = Batch.objects.get(pk="FRESH00000")
    for key, measures in ((8, stock.stock().measures), (9, "")):
        run = LabelRun.objects.create(
            pk=key, printed_by=recorder, stock=stock.key, measures=measures, labels=3
        )
        says = batch.label_says() | ({} if key == 8 else {"product": "Beef", "use_by": ""})
        PrintedLabels.objects.create(run=run, batch=batch, copies=3, says=json.dumps(says))


def answer(shown: Shown, clients: dict[str, Client], language: str = "en") -> Any:
    client = clients[shown.role]
    headers = {"accept-language": language}
    if shown.path.endswith(".html"):
        request = RequestFactory().get("/")
        request.user = (
            User.objects.get(full_name=WORD * 3) if shown.role == "staff" else (AnonymousUser())
        )
        request.resolver_match = None
        with override(language):
            return render(request, shown.path, shown.context, status=shown.status)
    if shown.data is None:
        return client.get(shown.path, headers=headers)
    return client.post(shown.path, shown.data, headers=headers)
