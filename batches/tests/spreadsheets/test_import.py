"""Tables of batches brought in: what is said of them, and what is saved."""

import csv
import io
import json
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Import, Product, Recall
from batches.spreadsheets.importing.check import check_for_a_while
from conftest import MakeBatch, MakeUser, at_the_same_time, words

HEADER = "product,batch_identifier,butcher_date,arrival_date,use_by,supplier"


def upload(client: Client, content: bytes | str, name: str = "b.csv", **data: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/admin/import", {"file": SimpleUploadedFile(name, raw), **data})


def preview(client: Client, content: bytes | str, name: str = "b.csv", **data: str) -> Any:
    """The page of what it would do, once all of it is checked."""
    response = upload(client, content, name, **data)
    assert response.status_code == 302, words(response.content)
    page = client.get(response["Location"])
    while page.has_header("Refresh"):
        page = client.get(response["Location"])
    return page


def confirm(client: Client, job: Import | None = None) -> Any:
    job = job or Import.objects.latest("pk")
    return client.post(f"{job.get_absolute_url()}/confirm", follow=True)


def counts(job: Import | None = None) -> tuple[int, int, int, int]:
    it = job or Import.objects.latest("pk")
    return it.new, it.changed, it.unchanged, it.refused


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


def workbook(*rows: list[Any]) -> bytes:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


ROW = "chicken,B-1,2026-11-20,2026-11-21,2026-12-01,Hill Farm"


def test_nothing_is_saved_until_it_is_confirmed(staff_client: Client, staff: User) -> None:
    page = preview(staff_client, table(ROW))
    assert counts() == (1, 0, 0, 0)
    assert "Save 1 row" in words(page.content)
    assert not Batch.objects.exists()
    assert "1 row is saved." in words(confirm(staff_client).content)
    batch = Batch.objects.get()
    assert (batch.product.name, batch.batch_identifier) == ("Chicken", "B-1")
    assert (batch.arrival_date, batch.use_by) == (date(2026, 11, 21), date(2026, 12, 1))
    assert (batch.caution_from, batch.expired_from) == (date(2026, 11, 24), date(2026, 11, 26))
    assert batch.created_by == staff
    [version] = Batch.history.filter(id=batch.pk)
    assert (version.history_type, version.history_user) == ("+", staff)
    assert version.history_change_reason == "Imported from b.csv"


def test_the_same_file_twice_changes_nothing(staff_client: Client) -> None:
    for expected in ((1, 0, 0, 0), (0, 0, 1, 0)):
        page = preview(staff_client, table(ROW))
        assert counts() == expected
        confirm(staff_client)
    assert "There is nothing to save." in words(page.content)
    assert Batch.history.count() == 1


def test_a_change_shows_what_was_and_what_will_be(
    staff_client: Client, make_batch: MakeBatch, make_user: MakeUser, staff: User
) -> None:
    batch = make_batch(1, batch_identifier="b-1", supplier="Old Farm")
    recorded = batch.created_at
    row = f"{batch.pk},Beef,B-1,2026-11-20,2026-11-21,,Hill"
    page = words(preview(staff_client, f"code,{HEADER}\n{row}").content)
    assert counts() == (0, 1, 0, 0)
    assert "supplier : Old Farm → Hill" in page
    assert "product : Chicken → Beef" in page
    confirm(staff_client)
    batch = Batch.objects.get()
    assert (batch.batch_identifier, batch.supplier, batch.product.name) == ("B-1", "Hill", "Beef")
    assert batch.created_at == recorded
    version = Batch.history.filter(id=batch.pk).latest("history_id")
    assert (version.history_type, version.history_user, version.created_at) == (
        "~",
        staff,
        recorded,
    )


def test_a_recalled_and_removed_batch_stays_so(staff_client: Client, make_batch: MakeBatch) -> None:
    recall = {"recalled_at": timezone.now(), "recall_reason": "Glass"}
    gone = make_batch(1, batch_identifier="B-1", removed_on=date(2026, 11, 22), **recall)
    confirm_page = preview(
        staff_client,
        f"code,{HEADER},recalled_at,recall_reason,removed_on,recorded_by\n"
        f"{gone.pk},{ROW},,,,somebody\n",
    )
    assert "These columns are not imported: recalled_at, recall_reason" in words(
        confirm_page.content
    )
    confirm(staff_client)
    batch = Batch.objects.get()
    assert (batch.supplier, batch.recall_reason) == ("Hill Farm", "Glass")
    assert batch.recalled_at
    assert batch.removed_on == date(2026, 11, 22)


def test_a_batch_is_found_by_its_code_and_may_get_another_identifier(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch(1, id="7K3QF9XM2A", batch_identifier="old")
    text = f"code,{HEADER}\n7k3qf 9xm2a,{ROW}"
    preview(staff_client, text)
    confirm(staff_client)
    batch.refresh_from_db()
    assert batch.batch_identifier == "B-1"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("Chicken,B-1,2026-11-20,31/02/2026,,", "arrival_date", "no such date"),
        ("Chicken,B-1,2026-11-20,20 11 2026,,", "arrival_date", "This is no date"),
        ("Chicken,B-1,2026-11-20,21.11.2026 9:30,,", "arrival_date", "has a time of day"),
        ("Chicken,B-1,2026-11-20,,,", "arrival_date", "This is empty"),
        ("Chicken,B-1,2026-11-20,2026-02-30,,", "arrival_date", "no such date"),
        ("Chicken,B-1,2026-11-20,2026-11-23,,", "arrival_date", "has not come yet"),
        ("Chicken,B-1,0205-11-20,2026-11-21,,", "butcher_date", "looks like a slip"),
        ("Chicken,B-1,2026-11-21,2026-11-20,,", "arrival_date", "before it was butchered"),
        ("Chicken,B-1,2026-11-20,2026-11-20,2026-11-19,", "use_by", "before the butcher date"),
        ("Goat,B-1,2026-11-20,2026-11-20,,", "product", "no product called “Goat”"),
        (",B-1,2026-11-20,2026-11-20,,", "product", "Name the product"),
        ("Chicken,,2026-11-20,2026-11-20,,", "batch_identifier", "This is empty"),
        ("Chicken,B 1,2026-11-20,2026-11-20,,", "batch_identifier", "Use only A to Z"),
        ("Chicken,2/1/2026,2026-11-20,2026-11-20,,", "batch_identifier", "made a date"),
        ("Chicken,01.Şub,2026-11-20,2026-11-20,,", "batch_identifier", "made a date"),
        ("Chicken,1.23E+11,2026-11-20,2026-11-20,,", "batch_identifier", "lost digits"),
        ("Chicken,B-1,2026-11-20,2026-11-20,,a\u202eb", "supplier", "hidden characters"),
    ],
)
def test_a_refused_row_is_told_with_its_line_column_and_reason(
    staff_client: Client, row: str, column: str, reason: str
) -> None:
    page = words(preview(staff_client, table(ROW.replace("B-1", "ok"), "", row)).content)
    assert counts() == (1, 0, 0, 1)
    assert f"Row 4 {column} :" in page
    assert reason in page
    confirm(staff_client)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("identifier", ["Lot-01", "12-Abc", "MAR-01", "1E5"])
def test_what_only_resembles_a_date_is_taken(staff_client: Client, identifier: str) -> None:
    preview(staff_client, table(ROW.replace("B-1", identifier)))
    assert counts() == (1, 0, 0, 0)


@pytest.mark.parametrize("lot", ["12/11/2026", "Mar-03", "2026-11-22 00:00", "1E+5", "=1+1"])
@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_what_a_batch_has_already_is_right(
    staff_client: Client, make_batch: MakeBatch, name: str, lot: str
) -> None:
    make_batch(1, batch_identifier="Mar-03", supplier_lot=lot)
    content = staff_client.get(f"/admin/export?format={name}").getvalue()
    preview(staff_client, content, f"b.{name}")
    assert counts() == (0, 0, 1, 0)


def test_a_code_that_is_a_formula_is_no_new_batch(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(1, batch_identifier="B-1", supplier="Hill")
    row = ["Chicken", "B-2", date(2026, 11, 20), date(2026, 11, 21), None, "=A1"]
    codes = ["=VLOOKUP(1,A:B,2)", "#N/A"]
    content = workbook(["code", *HEADER.split(",")], *[[code, *row] for code in codes])
    page = words(preview(staff_client, content, "b.xlsx").content)
    assert counts() == (0, 0, 0, 2)
    assert "Row 2 code : This is a formula." in page
    assert "Row 3 code : The spreadsheet shows an error here: #N/A." in page


def test_a_formula_is_refused_where_nothing_was(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(1, batch_identifier="B-1")
    row = ["Chicken", "B-1", date(2026, 11, 20), date(2026, 11, 21), None, "=A1"]
    preview(staff_client, workbook(HEADER.split(","), row), "b.xlsx")
    assert counts() == (0, 0, 0, 1)


def test_zeros_that_a_spreadsheet_dropped_are_told(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(batch_identifier="00123")
    page = preview(staff_client, table(ROW.replace("B-1", "123")))
    assert "There is a batch 00123" in words(page.content)
    assert counts() == (0, 0, 0, 1)
    row = ["Chicken", "123", date(2026, 11, 20), date(2026, 11, 21), None, None]
    preview(staff_client, workbook(HEADER.split(","), row), "b.xlsx")
    assert counts() == (1, 0, 0, 0)


def test_one_identifier_twice_in_a_file_is_refused(staff_client: Client) -> None:
    page = preview(staff_client, table(ROW, ROW.replace("B-1", "b-1")))
    assert counts() == (1, 0, 0, 1)
    assert "Row 2 is of the same one." in words(page.content)


def test_excels_own_dates_numbers_and_formulas(staff_client: Client) -> None:
    day, when = date(2026, 11, 20), datetime(2026, 11, 21)
    content = workbook(
        HEADER.split(","),
        ["Chicken", 123, day, when, None, "=1+1"],
        ["Chicken", datetime(2026, 11, 22), day, when, None, None],
        ["Chicken", "B-3", day, 46348, None, None],
        ["Chicken", 124, day, when, None, "Hill"],
        ["Chicken", 12345678901234567890, day, when, None, "Hill"],
        ["Chicken", "B-5", day, time(12, 30), None, "Hill"],
    )
    page = words(preview(staff_client, content, "b.xlsx").content)
    assert counts() == (1, 0, 0, 5)
    for told in (
        "This is a formula",
        "This has a time of day: 12:30:00",
        "made a date",
        "This is a number, not a date",
        "lost digits",
    ):
        assert told in page


def test_of_several_sheets_the_first_that_is_seen_is_read_and_named(staff_client: Client) -> None:
    book = openpyxl.Workbook()
    old, week, notes = book.active, book.create_sheet("This week"), book.create_sheet("Notes")
    old.sheet_state = "hidden"
    for sheet, identifier in ((old, "OLD-1"), (week, "B-1"), (notes, "NOTE-1")):
        for row in (HEADER.split(","), ROW.replace("B-1", identifier).split(",")):
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    page = words(preview(staff_client, file.getvalue(), "b.xlsx").content)
    assert "Only the sheet “This week” of this file is read." in page
    assert "New Chicken B-1 Row 2" in page
    assert counts() == (1, 0, 0, 0)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "sep=;\n", " \n\n"])
def test_what_stands_before_the_names_does_not_matter(
    staff_client: Client, end: str, before: str
) -> None:
    text = before + table(ROW, "", ROW.replace("B-1", "B 2")).replace(",", ";")
    page = words(preview(staff_client, text.replace("\n", end)).content)
    assert counts() == (1, 0, 0, 1)
    assert f"Row {4 + before.count(chr(10))}" in page


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_told_apart(
    staff_client: Client, encoding: str, delimiter: str
) -> None:
    text = table(ROW.replace("Hill Farm", "Çiftlik")).replace(",", delimiter)
    preview(staff_client, text.encode(encoding))
    confirm(staff_client)
    assert Batch.objects.get().supplier == "Çiftlik"


def test_what_was_exported_can_be_imported_again(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(1, batch_identifier="-1", supplier="=1+1; =2")
    make_batch(1, supplier="'=1", use_by=date(2026, 12, 1))
    for name in ("csv", "xlsx"):
        content = staff_client.get(f"/admin/export?format={name}").getvalue()
        preview(staff_client, content, f"b.{name}")
        assert counts() == (0, 0, 2, 0)


def test_a_template_names_the_columns_as_the_export_does(staff_client: Client) -> None:
    export = staff_client.get("/admin/export").getvalue().decode("utf-8-sig")
    exported = next(csv.reader(io.StringIO(export)))
    text = staff_client.get("/admin/import/template").getvalue().decode("utf-8-sig")
    names = next(csv.reader(io.StringIO(text)))
    assert names == exported[: len(names)]
    excel = staff_client.get("/admin/import/template?format=xlsx").getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(excel)).active
    assert [cell.value for cell in sheet[1]] == names
    assert staff_client.get("/admin/import/template?kind=x").status_code == 400


def test_what_changed_after_the_preview_is_shown_again(
    staff_client: Client, make_batch: MakeBatch, noon: Any
) -> None:
    batch = make_batch(1, batch_identifier="B-1", butcher_date=date(2026, 11, 20))
    preview(staff_client, table(ROW))
    noon.shift(5)
    batch.supplier = "Hill Farm"
    batch.save()
    response = confirm(staff_client)
    assert "Something in the shop has changed" in words(response.content)
    batch.refresh_from_db()
    assert batch.use_by is None
    assert counts() == (0, 1, 0, 0)


def test_an_identifier_taken_after_the_preview_is_no_fault(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    preview(staff_client, table(ROW))
    make_batch(1, batch_identifier="b-1", butcher_date=date(2026, 11, 20))
    assert "Something in the shop has changed" in words(confirm(staff_client).content)
    assert counts() == (0, 1, 0, 0)


def test_a_product_changed_after_the_preview_is_noticed(
    staff_client: Client, chicken: Product
) -> None:
    preview(staff_client, table(ROW))
    chicken.fresh_days = 1
    chicken.save()
    assert "Something in the shop has changed" in words(confirm(staff_client).content)
    confirm(staff_client)
    assert Batch.objects.get().fresh_days == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_save_it_once(transactional_db: None, make_user: MakeUser) -> None:
    staff = make_user()
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(staff)
    preview(clients[0], table(ROW))
    at_the_same_time(*[lambda client=client: confirm(client) for client in clients])
    assert Batch.history.count() == Batch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_import_the_same_rows_one_is_shown_it_again(
    transactional_db: None, make_user: MakeUser
) -> None:
    """Whatever the order of the rows: neither waits for one that waits for it."""
    rows = [ROW.replace("B-1", f"B-{number}") for number in range(3000)]
    clients = []
    for email, some in (("a@example.com", rows), ("b@example.com", rows[::-1])):
        client = Client()
        client.force_login(make_user(email))
        preview(client, table(*some))
        clients.append((client, Import.objects.latest("pk")))
    pages = at_the_same_time(*[lambda it=it: words(confirm(*it).content) for it in clients])
    assert sorted("3,000 rows are saved." in page for page in pages) == [False, True]
    assert sum("Something in the shop has changed" in page for page in pages) == 1
    assert Batch.objects.count() == Batch.history.count() == 3000


@pytest.mark.django_db(transaction=True)
def test_an_import_and_a_recall_do_not_wait_for_one_another(
    transactional_db: None, make_user: MakeUser
) -> None:
    staff = make_user()
    client = Client()
    client.force_login(staff)
    rows = [ROW.replace("B-1", f"B-{number}") for number in range(3000)]
    preview(client, table(*rows))
    confirm(client)
    preview(client, table(*[row.replace("Hill", "Dale") for row in rows]))
    codes = list(Batch.objects.values_list("pk", flat=True))
    at_the_same_time(lambda: Recall.begin(codes, "Glass", staff), lambda: confirm(client))
    assert Batch.objects.filter(recall_reason="Glass").count() == 3000
    assert Batch.objects.filter(supplier="Dale Farm").count() in (0, 3000)


@pytest.mark.parametrize("is_checked", [True, False])
def test_a_file_that_is_forgotten_meanwhile_is_told(staff_client: Client, is_checked: bool) -> None:
    (preview if is_checked else upload)(staff_client, table(ROW))
    path = Import.objects.get().get_absolute_url()

    def forget(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "batches_importpiece" in sql and "DELETE" not in sql:
            Import.objects.all().delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(forget):
        answer = staff_client.post(f"{path}/confirm") if is_checked else staff_client.get(path)
    assert answer["Location"] == "/admin/import"
    assert "forgotten meanwhile" in words(staff_client.get("/admin/import").content)
    assert not Batch.objects.exists()


def test_a_piece_that_is_checked_twice_counts_once(staff_client: Client) -> None:
    rows = [ROW.replace("B-1", f"B-{number}") for number in range(1200)]
    upload(staff_client, table(*rows))
    job = Import.objects.get()
    check_for_a_while(job, 0)  # and then the process is killed
    assert (job.checked_rows(), job.state) == (500, "checking")
    stale = Import.objects.get()
    while job.is_checking:
        check_for_a_while(job, 0)
    check_for_a_while(stale, 0)
    assert counts() == counts(stale) == (1200, 0, 0, 0)
    confirm(staff_client)
    assert Batch.objects.count() == Batch.history.count() == 1200
    assert not job.pieces.exists()


def test_its_progress_is_shown_without_script(staff_client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("batches.spreadsheets.importing.views.check_for_a_while", lambda job: None)
    page = staff_client.get(upload(staff_client, table(ROW))["Location"])
    assert page["Refresh"] == "0"
    assert '<progress id="progress" value="0" max="1">' in page.content.decode()


def test_nobody_sees_what_another_brings_in(
    staff_client: Client, administrator_client: Client
) -> None:
    preview(staff_client, table(ROW))
    path = Import.objects.get().get_absolute_url()
    assert administrator_client.get(path).status_code == 404
    assert administrator_client.post(f"{path}/confirm").status_code == 404
    administrator_client.post(f"{path}/drop")
    assert Import.objects.exists()
    assert "b.csv" not in administrator_client.get("/admin/import").content.decode()
    assert "b.csv" in staff_client.get("/admin/import").content.decode()


def test_what_is_saved_is_not_said_to_be_forgotten(
    staff_client: Client, administrator_client: Client
) -> None:
    preview(staff_client, table(ROW))
    confirm(staff_client)
    path = Import.objects.get().get_absolute_url()
    said = words(staff_client.post(f"{path}/drop", follow=True).content)
    assert "That file was saved before, and stays so." in said
    assert administrator_client.post(f"{path}/drop").status_code == 404


def test_products_are_for_administrators(
    staff_client: Client, administrator_client: Client
) -> None:
    text = "name,fresh_days,caution_days,active\nCHICKEN,1,3,yes\nGoat,2,4,no\n"
    assert upload(staff_client, text, kind="products").status_code == 422
    page = words(preview(administrator_client, text, kind="products").content)
    assert counts() == (1, 1, 0, 0)
    assert "fresh_days : 2 → 1" in page
    confirm(administrator_client)
    chicken, goat = Product.objects.get(name="Chicken"), Product.objects.get(name="Goat")
    assert (chicken.fresh_days, chicken.emoji, goat.active) == (1, "🍗", False)
    assert chicken.history.latest("history_id").history_user.email == "owner@example.com"


def test_a_products_own_rules_hold(administrator_client: Client) -> None:
    text = "name,fresh_days,caution_days\nA,5,3\nB,x,3\n,1,2\nA\u0301,1,2\nÁ,1,2\n"
    page = words(preview(administrator_client, text, kind="products").content)
    assert counts() == (1, 0, 0, 4)
    assert "Row 2 caution_days : The days of caution cannot end" in page


def test_all_that_was_found_is_a_table_too(staff_client: Client, make_batch: MakeBatch) -> None:
    make_batch(1, batch_identifier="B-1", supplier="Old Farm", butcher_date=date(2026, 11, 20))
    refused = "Chicken,B 3,2026-11-20,2026-11-31,,"
    preview(staff_client, table(ROW, ROW.replace("B-1", "B-2"), refused))
    path = f"{Import.objects.get().get_absolute_url()}/rows"
    text = staff_client.get(path).getvalue().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert header == ["Row", "Name", "Outcome", "Column", "Was", "Will be", "Reason"]
    assert [row[:6] for row in rows] == [
        ["2", "Chicken B-1", "Changed", "use_by", "", "2026-12-01"],
        ["2", "Chicken B-1", "Changed", "supplier", "Old Farm", "Hill Farm"],
        ["3", "Chicken B-2", "New", "", "", ""],
        ["4", "", "Refused", "arrival_date", "", ""],
        ["4", "", "Refused", "batch_identifier", "", ""],
    ]
    assert "no such date" in rows[3][6]
    excel = staff_client.get(f"{path}?format=xlsx").getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(excel)).active
    assert [cell.value for cell in sheet[4]] == [3, "Chicken B-2", "New", *[None] * 4]


@pytest.mark.parametrize(
    ("said", "active"),
    [(it, True) for it in ("sí", "si", "SI", "EVET", "1", "TRUE", "DOĞRU")]
    + [(it, False) for it in ("no", "0", "FALSO", "yanlış", "YANLIŞ", "hayır", "HAYIR")],
)
def test_yes_and_no_are_understood_as_they_are_typed(
    administrator_client: Client, said: str, active: bool
) -> None:
    text = f"name,fresh_days,caution_days,active\nGoat,1,3,{said}\n"
    preview(administrator_client, text, kind="products")
    confirm(administrator_client)
    assert Product.objects.get(name="Goat").active == active


def test_old_ones_are_cleaned_away(staff_client: Client, noon: Any) -> None:
    upload(staff_client, table(ROW))
    noon.shift(25 * 60 * 60)
    upload(staff_client, table(ROW))
    assert Import.objects.count() == 1


@pytest.mark.parametrize(("rows", "status"), [(50_000, 302), (50_001, 422)])
def test_one_file_holds_so_many_rows_and_no_more(
    staff_client: Client, rows: int, status: int
) -> None:
    response = upload(staff_client, table(*[ROW] * rows))
    assert response.status_code == status
    assert ("up to 50,000 rows" in words(response.content)) == (status == 422)


def test_rows_are_kept_as_they_were_read(staff_client: Client) -> None:
    upload(staff_client, table(ROW))
    assert json.loads(Import.objects.get().pieces.get().read) == [[2, ROW.split(",")]]
