"""Every page of the site in every state it has, with data as long and strange as they may be."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.translation import override
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.login import second_factor
from accounts.models import User
from batches.models import (
    Batch,
    BatchScans,
    Import,
    ImportPiece,
    LabelRun,
    OwnStock,
    PrintedLabels,
    Product,
    Recall,
    RecalledBatch,
    ShopScans,
)
from batches.rules.shelf_life import Status
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
    posted_before: tuple[tuple[str, dict[str, Any]], ...] = ()
    is_shop_empty: bool = False


def staff(path: str, status: int = 200, data: dict[str, Any] | None = None) -> Shown:
    return Shown(path, status, "staff", data)


LABELS = "/admin/labels?batch=FRESH00000&batch=RECA11ED00"
BEING = Import(pk=7, file_name=WORD * 3, rows=1200, is_checked_again=True)
WRONG = {"batch_identifier": "a b", "butcher_date": "2026-11-24", "arrival_date": "0205-01-01"}
MEASURED_WRONG = {"kind": "sheet", "unit": "mm", "dots_per_inch": 203, "label_width": "none"}
ASKED_FOR = {"product": NAME, "supplier": WORD * 2, "arrived_from": "2026-11-01"}
PUT_BACK = ("/admin/batches/put-back", {"batch": "CAVT10N000", "since": "1"})
SOLD_OUT = (("/admin/batches/remove", {"batch": "FRESH00000", "removal": "sold-out"}),)
PRODUCT = 7_000
OF_RECALLED_LOT = {
    "product": PRODUCT,
    "batch_identifier": "A-1",
    "butcher_date": "2026-11-22",
    "arrival_date": "2026-11-22",
    "supplier": WORD * 2,
    "supplier_lot": "L" * 40,
}
RELEASED = {"released_at": datetime(2026, 11, 22, 9, tzinfo=UTC), "release_reason": WORD * 3}
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
    "400.html, of a form": Shown("400.html", 400, context={"is_form": True}),
    "403_csrf.html": Shown("403_csrf.html", 403),
    "405.html": Shown("405.html", 405),
    "409.html": Shown("409.html", 409),
    "413.html": Shown("413.html", 413, context={"megabytes": 2.5}),
    "429.html": Shown("429.html", 429, context={"minutes": 15}),
    "500.html": Shown("500.html", 500),
    "503.html": Shown("503.html", 503),
    "busy.html": Shown("busy.html", 503),
    "busy.html, to be sent again": Shown("busy.html", 503, context={"typed": [("x", WORD)]}),
    "away.html": Shown("away.html", 503),
    "away.html, of a form": Shown("away.html", 503, context={"is_form": True}),
    "away.html, to be sent again": Shown(
        "away.html", 503, context={"is_form": True, "typed": [("x", WORD)]}
    ),
    "accounts/login/locked.html": Shown("accounts/login/locked.html", 429, context={"minutes": 15}),
    "accounts/login/registration_closed.html": Shown(
        "accounts/login/registration_closed.html", 403
    ),
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
    "profile, wrong hour": staff("/profile", 422, {"do": "digest", "digest_hour": "x"}),
    "second factor, off": staff("/profile/second-factor"),
    "second factor, offered": Shown("/profile/second-factor", 200, "offered"),
    "second factor, wrong": Shown("/profile/second-factor", 422, "offered", {"code": "1"}),
    "second factor, on": Shown("/profile/second-factor", 200, "second factor"),
    "accounts/login/second_factor_codes.html": Shown(
        "accounts/login/second_factor_codes.html",
        role="staff",
        context={"codes": ["abcd efgh"] * 8},
    ),
    "today": staff("/admin"),
    "today, to an administrator": Shown("/admin", 200, "administrator"),
    "today, with Undo": Shown("/admin", role="staff", posted_before=SOLD_OUT),
    "today, nothing to undo": Shown("/admin", role="staff", posted_before=(PUT_BACK,)),
    "today, of an empty shop": Shown("/admin", role="staff", is_shop_empty=True),
    "list": staff("/admin/batches"),
    "list, of an empty shop": Shown("/admin/batches", role="staff", is_shop_empty=True),
    "recalls, of an empty shop": Shown("/admin/recalls", role="staff", is_shop_empty=True),
    "scans, of an empty shop": Shown("/admin/scans", role="staff", is_shop_empty=True),
    "list, nothing found": staff("/admin/batches?search=none"),
    "list, wrong filter": staff("/admin/batches?status=none", 422),
    "take off": staff("/admin/batches/remove?batch=FRESH00000&batch=RECA11ED00"),
    "take off, wrong": staff(
        "/admin/batches/remove",
        422,
        {"batch": "FRESH00000", "removal": "discarded", "weight-FRESH00000": "x"},
    ),
    "take off, nothing there": staff("/admin/batches/REM0VED000/remove", 409),
    "batch, deleted": staff("/admin/batches/DE1ETED000", 404),
    "batch, off the shelf": staff("/admin/batches/REM0VED000"),
    "scans": staff("/admin/scans?days=30"),
    "recalls": staff("/admin/recalls"),
    "recall": staff("/admin/recalls/new"),
    "recall, wrong": staff("/admin/recalls/new?arrived_from=2026-11-20&arrived_to=2026-11-19", 422),
    "recall, nothing found": staff("/admin/recalls/new?supplier=nobody"),
    "recall, found": staff(f"/admin/recalls/new?supplier={WORD * 2}"),
    "recall, without a reason": staff("/admin/recalls/new", 409, {"supplier": WORD * 2}),
    "recall of one": staff("/admin/batches/FRESH00000/recall"),
    "record of a recall": staff("/admin/recalls/5"),
    "record of a recall, to an administrator": Shown("/admin/recalls/5", 200, "administrator"),
    "release, wrong": Shown("/admin/recalls/5/release", 422, "administrator", {"do": "all"}),
    "add": staff("/admin/batches/new"),
    "add, wrong": staff("/admin/batches/new", 422, WRONG),
    "add, of a recalled lot": staff("/admin/batches/new", 409, OF_RECALLED_LOT),
    "add, of a recalled lot, to an administrator": Shown(
        "/admin/batches/new", 409, "administrator", OF_RECALLED_LOT
    ),
    "add, of a recalled lot, wrong": staff("/admin/batches/new", 422, OF_RECALLED_LOT | WRONG),
    "add, of a lot that is not recalled any more": staff(
        "/admin/batches/new", 409, OF_RECALLED_LOT | {"supplier": "X", "lot_answer": "recalled"}
    ),
    "batch": staff("/admin/batches/FRESH00000"),
    "batch, recalled": staff("/admin/batches/RECA11ED00"),
    "edit": staff("/admin/batches/FRESH00000/edit"),
    "edit, changed meanwhile": staff(
        "/admin/batches/FRESH00000/edit",
        409,
        {"version": "1000001", "batch_identifier": "A", "supplier": "Mine"},
    ),
    "edit, of a recalled lot": Shown(
        "/admin/batches/REM0VED000/edit", 409, "administrator", OF_RECALLED_LOT
    ),
    "edit, deleted meanwhile": staff("/admin/batches/DE1ETED000/edit", 409, WRONG),
    "edit, wrong": staff("/admin/batches/FRESH00000/edit", 422, WRONG),
    "delete": staff("/admin/batches/FRESH00000/delete"),
    "delete, recalled": staff("/admin/batches/RECA11ED00/delete"),
    "import": staff("/admin/import"),
    "import, to an administrator": Shown("/admin/import", 200, "administrator"),
    "import, wrong": staff("/admin/import", 422, {"kind": "batches"}),
    "import, checked": staff("/admin/import/7"),
    "import, of recalled lots": Shown("/admin/import/10", 200, "administrator"),
    "import, of recalled lots, without a reason": Shown(
        "/admin/import/10/confirm", 422, "administrator", {"lot_answer": "shelf"}
    ),
    "import, of recalled lots, to staff": staff("/admin/import/12"),
    "import, on the shelf all the same": Shown("/admin/import/11", 200, "administrator"),
    "import, refused": staff("/admin/import/8"),
    "import, saved": staff("/admin/import/9"),
    "import, dates to be told": staff("/admin/import/6"),
    "import, dates not told": staff("/admin/import/6/dates", 422, {"real_dates": "no"}),
    "import, lots to be told": staff("/admin/import/5"),
    "import, being checked": Shown(
        "batches/spreadsheets/checking.html",
        role="staff",
        context={"import": BEING, "checked": 500},
    ),
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
    fill_imports(accounts["staff"])
    fill_imports_of_recalled_lots(accounts["staff"], accounts["administrator"])
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
    product = Product.objects.create(
        pk=PRODUCT, name=NAME, emoji="👩‍🍳", storage_advice="Keep it. " * 20
    )
    strange: dict[str, Any] = {
        "product": product,
        "supplier": WORD * 2,
        "supplier_lot": "L" * 40,
        "created_by": recorder,
    }
    today = timezone.localdate()
    make_batch(0, id="FRESH00000", batch_identifier="W" * 20, use_by=today, **strange)
    make_batch(3, id="CAVT10N000", **strange)
    make_batch(6, id="EXP1RED000", use_by=today + timedelta(days=9))
    make_batch(1, id="VSEBY00000", use_by=today - timedelta(days=1))
    make_batch(0, id="01D0000000", arrival_date=date(2020, 2, 29), butcher_date=date(2020, 2, 29))
    make_batch(1, id="RECA11ED00", **strange)
    record_recall(recorder, f"{WORD} <&> " * 4)
    make_batch(2, id="REM0VED000", removed_on=today, removal_reason=WORD)
    make_batch(0, id="DE1ETED000").delete()
    fill_scans()
    change_meanwhile("FRESH00000", recorder)
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


def fill_imports(author: User) -> None:
    found = [
        {"line": 2, "is": "new", "name": "W" * 20, "key": "w"},
        {"line": 3, "is": "changed", "name": WORD, "changes": [["supplier", WORD * 2, ""]]},
    ]
    refused = {"line": 4, "is": "refused", "why": [["supplier", WORD * 2], ["", "<&>"]]}
    about = {"author": author, "file_name": f"{WORD * 3}.csv", "kind": "batches", "rows": 3}
    about |= {"columns": "[]", "ignored": '["recorded_by"]', "new": 1, "changed": 1}
    one = Import.objects.create(pk=7, state="checked", is_checked_again=True, **about)
    other = Import.objects.create(pk=8, state="checked", refused=1, **about)
    Import.objects.create(pk=9, state="done", **about)
    survey = {
        "orders": ["day-first", "month-first"],
        "example": [2, "03/11/2026"],
        "future": {"day-first": [1002, "12/11/2026"]},
        "real_date": [3, "2026-03-04"],
        "text_date": [2, "03/11/2026"],
    }
    asked = {"date_survey": json.dumps(survey), **about}
    Import.objects.create(pk=6, **asked)
    odd = Import.objects.create(
        pk=5,
        state="checked",
        date_order="day-first",
        real_dates_confirmed=True,
        lookalikes=1200,
        of_gone_batches=1,
        **asked,
    )
    looks = [["supplier_lot", "10.12.2026", "date"], ["supplier", WORD * 3, "true or false"]]
    strange = [it | {"lookalikes": looks, "gone": [f"{WORD} {NAME}"]} for it in found]
    for of, rows in ((one, found), (other, [*found, refused]), (odd, strange)):
        ImportPiece.objects.create(of=of, number=0, rows=3, read="[]", found=json.dumps(rows))


def fill_imports_of_recalled_lots(staff: User, administrator: User) -> None:
    row = {"is": "new", "name": "W" * 20, "recall": [5, f"{WORD} <&> " * 4]}
    values = {"supplier": WORD * 2, "supplier_lot": "L" * 40}
    found = [row | {"line": line, "key": f"{line}", "values": values} for line in (2, 3)]
    about = {"file_name": f"{WORD * 3}.csv", "kind": "batches", "rows": 2, "columns": "[]"}
    about |= {"new": 2, "of_recalled_lots": 2}
    for key, author in ((10, administrator), (12, staff)):
        of = Import.objects.create(pk=key, state="checked", author=author, **about)
        ImportPiece.objects.create(of=of, number=0, rows=2, read="[]", found=json.dumps(found))
    about |= {"state": "done", "author": administrator, "shelf_reason": WORD * 3}
    Import.objects.create(pk=11, **about)


def record_recall(author: User, reason: str) -> None:
    """Of one batch that joined later, one that was released, and one that was not recalled."""
    recall = Recall(pk=5, reason=reason, recalled_by=author, asked_for=json.dumps(ASKED_FOR))
    recall.save()
    joined = {"joined_at": RELEASED["released_at"], "joined_by": author}
    entries: list[tuple[str, dict[str, Any]]] = [
        ("RECA11ED00", joined),
        ("EXP1RED000", RELEASED),
        ("CAVT10N000", joined | RELEASED),
    ]
    for code, values in entries:
        batch = Batch.objects.get(pk=code)
        copied = RecalledBatch.from_batch(recall, batch, 3)
        for name, value in values.items():
            setattr(copied, name, value)
        copied.released_by = author if copied.released_at else None
        copied.save()
    Batch.objects.filter(pk="RECA11ED00").change(
        author, recalled_at=recall.recalled_at, recall_reason=reason
    )


def fill_scans() -> None:
    """Of every level of ink, and with numbers as long as they may be."""
    now = timezone.localtime()
    for ago in range(7):
        day = now.date() - timedelta(days=ago)
        for hour in range(8, 20):
            for shown in Status:
                count = 4_000_000 // (1 + abs(hour - 13)) ** (ago + 1)
                ShopScans.objects.create(day=day, hour=hour, shown=shown, count=count)
        for code in ("FRESH00000", "RECA11ED00"):
            BatchScans.objects.create(batch_id=code, day=day, count=10**ago * 2)


def change_meanwhile(code: str, author: User) -> None:
    """After a form was opened, whose version is 1000001."""
    batch = Batch.objects.get(pk=code)
    batch.history.update(history_id=1000001)
    Batch.objects.filter(pk=code).change(author, supplier_lot="L-2", supplier="Theirs " * 15)


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
    if shown.posted_before or shown.is_shop_empty:
        return answer_and_roll_back(shown, client, headers)
    if shown.data is None:
        return client.get(shown.path, headers=headers)
    return client.post(shown.path, shown.data, headers=headers)


def answer_and_roll_back(shown: Shown, client: Client, headers: dict[str, str]) -> Any:
    """Show a page that needs another state of the shop, and leave the shop as it was."""
    with transaction.atomic():
        for path, data in shown.posted_before:
            client.post(path, data)
        if shown.is_shop_empty:
            for model in (RecalledBatch, Recall, Batch, ShopScans):
                model.objects.all().delete()
        response = client.get(shown.path, headers=headers)
        transaction.set_rollback(True)
    return response
