"""The dates of a whole file: told by themselves, or asked about once."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from batches.models import Batch, Import
from batches.spreadsheets.importing.check import check_for_a_while
from batches.spreadsheets.importing.save import save
from conftest import words

from .test_import import HEADER, confirm, counts, preview, upload, workbook

CELLS = HEADER.split(",")


def row(number: int, butchered: Any, arrived: Any, use_by: Any = "") -> list[Any]:
    return ["Chicken", f"B-{number}", butchered, arrived, use_by, "Farm"]


def csv_of(*rows: list[Any]) -> str:
    return "\n".join([HEADER, *(",".join(map(str, cells)) for cells in rows)])


def ask(client: Client, content: str | bytes, name: str = "b.csv") -> Any:
    """The page that asks about the dates of the file."""
    page = client.get(upload(client, content, name)["Location"])
    assert not page.has_header("Refresh")
    return page


def answer(client: Client, **data: str) -> Any:
    """What follows from the answer: the preview, once all of it is checked."""
    path = Import.objects.latest("pk").get_absolute_url()
    response = client.post(f"{path}/dates", data)
    if response.status_code != 302:
        return response
    page = client.get(path)
    while page.has_header("Refresh"):
        page = client.get(path)
    return page


def days() -> list[tuple[date, date, date | None]]:
    batches = Batch.objects.order_by("batch_identifier")
    return list(batches.values_list("butcher_date", "arrival_date", "use_by"))


AMBIGUOUS = csv_of(row(1, "03/04/2026", "04/04/2026", "05/06/2026"))


@pytest.mark.parametrize(
    ("cells", "saved"),
    [
        (
            ("20/11/2026", "05/11/2026", "03/12/2026"),
            None,
        ),
        (
            ("05/11/2026", "20/11/2026", "03/12/2026"),
            (date(2026, 11, 5), date(2026, 11, 20), date(2026, 12, 3)),
        ),
        (
            ("11-05-2026", "11-06-2026", "12-24-2026"),
            (date(2026, 11, 5), date(2026, 11, 6), date(2026, 12, 24)),
        ),
        (
            ("05.10.26", "28.10.26", "03.12.26"),
            (date(2026, 10, 5), date(2026, 10, 28), date(2026, 12, 3)),
        ),
        (
            ("2026/11/05", "20 Kas 2026", "03.03.2027"),
            (date(2026, 11, 5), date(2026, 11, 20), date(2027, 3, 3)),
        ),
    ],
)
def test_one_day_above_12_tells_the_order_of_all(
    staff_client: Client, cells: tuple[str, str, str], saved: tuple[date, date, date] | None
) -> None:
    page = preview(staff_client, csv_of(row(1, *cells)))
    if saved is None:
        assert "before it was butchered" in words(page.content)
        return
    assert counts() == (1, 0, 0, 0)
    confirm(staff_client)
    assert days() == [saved]


def test_an_ambiguous_file_is_asked_about_once(staff_client: Client) -> None:
    page = words(ask(staff_client, AMBIGUOUS).content)
    assert "Row 2 has 03/04/2026. Choose once for the whole file." in page
    assert "Day first: 03/04/2026 is 3 April 2026." in page
    assert "Month first: 03/04/2026 is 4 March 2026." in page
    assert "Year first" not in page
    page = words(answer(staff_client, order="month-first").content)
    assert counts() == (1, 0, 0, 0)
    assert "Month first: 03/04/2026 is 4 March 2026." in page
    confirm(staff_client)
    assert days() == [(date(2026, 3, 4), date(2026, 4, 4), date(2026, 5, 6))]


def test_nothing_is_checked_or_saved_before_it_is_answered(staff_client: Client) -> None:
    ask(staff_client, AMBIGUOUS)
    assert confirm(staff_client).status_code == 200
    assert not Batch.objects.exists()
    for data in ({}, {"order": "x"}, {"order": "year-first"}):
        refused = answer(staff_client, **data)
        assert refused.status_code == 422
        assert "How are the dates written?" in words(refused.content)
    assert Import.objects.get().checked_rows() == 0


def test_the_choice_can_be_changed_before_it_is_confirmed(staff_client: Client) -> None:
    ask(staff_client, AMBIGUOUS)
    answer(staff_client, order="month-first")
    page = words(answer(staff_client, order="day-first").content)
    assert "Day first: 03/04/2026 is 3 April 2026." in page
    assert "Read the dates in another way" in page
    confirm(staff_client)
    assert days() == [(date(2026, 4, 3), date(2026, 4, 4), date(2026, 6, 5))]
    answer(staff_client, order="month-first")
    assert days() == [(date(2026, 4, 3), date(2026, 4, 4), date(2026, 6, 5))]
    assert Import.objects.get().is_done


def test_a_page_of_another_order_confirms_nothing(staff_client: Client) -> None:
    ask(staff_client, AMBIGUOUS)
    seen = answer(staff_client, order="month-first")
    assert b'name="date_order" value="month-first"' in seen.content
    answer(staff_client, order="day-first")
    url = f"{Import.objects.get().get_absolute_url()}/confirm"
    page = staff_client.post(url, {"date_order": "month-first"}, follow=True)
    assert not Batch.objects.exists()
    assert "Day first: 03/04/2026 is 3 April 2026." in words(page.content)
    staff_client.post(url, {"date_order": "day-first"})
    assert days() == [(date(2026, 4, 3), date(2026, 4, 4), date(2026, 6, 5))]


def test_a_day_that_has_not_come_is_said_with_the_question(staff_client: Client) -> None:
    page = words(ask(staff_client, csv_of(row(1, "11/10/2026", "11/12/2026"))).content)
    assert (
        "Day first: 11/10/2026 is 11 October 2026. But 11/12/2026 in row 2 would not have come yet."
    ) in page
    assert "Month first: 11/10/2026 is 10 November 2026. But" not in page


def test_two_digits_of_a_year_are_asked_about_where_they_may_be_the_day(
    staff_client: Client,
) -> None:
    page = words(ask(staff_client, csv_of(row(1, "26.11.20", "26.11.21"))).content)
    assert "Day first: 26.11.20 is 26 November 2020." in page
    assert "Year first: 26.11.20 is 20 November 2026." in page
    answer(staff_client, order="year-first")
    confirm(staff_client)
    assert days() == [(date(2026, 11, 20), date(2026, 11, 21), None)]


def test_a_file_that_contradicts_itself_is_refused_with_both_rows(staff_client: Client) -> None:
    rows = [row(1, "2026-01-01", "03/04/2026"), row(2, "2026-01-01", "13/01/2026")]
    rows.append(row(3, "2026-01-01", "2026-02-02", "01/13/2026"))
    response = upload(staff_client, csv_of(*rows))
    assert response.status_code == 422
    page = words(response.content)
    assert "row 3 has 13/01/2026, and row 4 has 01/13/2026" in page
    assert not Import.objects.exists()


def test_dates_of_the_same_day_and_month_need_no_order(staff_client: Client) -> None:
    preview(staff_client, csv_of(row(1, "03/03/2026", "04.04.2026")))
    assert counts() == (1, 0, 0, 0)


MIXED = workbook(
    CELLS,
    row(1, date(2026, 3, 4), date(2026, 3, 5)),
    row(2, "13/03/2026", "14/03/2026"),
)


def test_real_dates_beside_text_are_asked_about(staff_client: Client) -> None:
    page = words(ask(staff_client, MIXED, "b.xlsx").content)
    assert "such as 4 March 2026 in row 2; others hold text, such as 13/03/2026 in row 3" in page
    assert "How are the dates written?" not in page
    refused = answer(staff_client, real_dates="no")
    assert refused.status_code == 422
    assert "Then this file cannot be imported." in words(refused.content)
    assert answer(staff_client).status_code == 422
    answer(staff_client, real_dates="yes")
    assert counts() == (2, 0, 0, 0)
    confirm(staff_client)
    assert days()[0][:2] == (date(2026, 3, 4), date(2026, 3, 5))


@pytest.mark.parametrize(
    "rows",
    [
        [row(1, date(2026, 3, 20), date(2026, 3, 21)), row(2, "13/03/2026", "14/03/2026")],
        [row(1, date(2026, 3, 4), date(2026, 3, 5)), row(2, "2026-03-13", "14 Mart 2026")],
        [row(1, date(2026, 3, 3), date(2026, 4, 4)), row(2, "13/03/2026", "14/03/2026")],
        [row(1, date(2026, 3, 4), date(2026, 3, 5))],
    ],
)
def test_real_dates_that_cannot_have_been_swapped_are_taken(
    staff_client: Client, rows: list[Any]
) -> None:
    preview(staff_client, workbook(CELLS, *rows), "b.xlsx")
    assert counts() == (len(rows), 0, 0, 0)


def test_real_dates_of_one_column_and_text_of_another_are_asked_about(
    staff_client: Client,
) -> None:
    content = workbook(CELLS, row(1, date(2026, 3, 4), "13/04/2026"))
    assert "own dates right?" in words(ask(staff_client, content, "b.xlsx").content)


def test_both_questions_are_on_one_page(staff_client: Client) -> None:
    content = workbook(CELLS, row(1, date(2026, 3, 4), "05/04/2026"))
    ask(staff_client, content, "b.xlsx")
    assert answer(staff_client, order="day-first").status_code == 422
    answer(staff_client, order="day-first", real_dates="yes")
    confirm(staff_client)
    assert days() == [(date(2026, 3, 4), date(2026, 4, 5), None)]


def test_an_answer_is_for_whoever_brought_the_file_in(
    staff_client: Client, administrator_client: Client, client: Client
) -> None:
    ask(staff_client, AMBIGUOUS)
    path = f"{Import.objects.get().get_absolute_url()}/dates"
    assert administrator_client.post(path, {"order": "day-first"}).status_code == 404
    assert client.post(path, {"order": "day-first"}).status_code == 302
    assert staff_client.get(path).status_code == 405
    assert Import.objects.get().needs_date_order()


def run(path: Path, *options: str) -> str:
    output = io.StringIO()
    call_command("import_batches", path, *options, stdout=output, stderr=io.StringIO())
    return output.getvalue()


def test_the_command_takes_the_order(tmp_path: Path, administrator: User) -> None:
    path = tmp_path / "b.csv"
    path.write_text(AMBIGUOUS)
    with pytest.raises(CommandError, match="--dates month-first: Month first: 03/04/2026 is 4 Mar"):
        run(path)
    assert not Import.objects.exists()
    assert run(path, "--dates", "month-first").endswith("Saved.\n")
    assert days()[0][0] == date(2026, 3, 4)
    path.write_text(csv_of(row(2, "03/04/2026", "13/04/2026")))
    with pytest.raises(CommandError, match="cannot be read so: 13/04/2026"):
        run(path, "--dates", "month-first")


def test_the_command_takes_real_dates(tmp_path: Path, administrator: User) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(MIXED)
    with pytest.raises(CommandError, match="add --real-dates-are-right"):
        run(path)
    assert run(path, "--real-dates-are-right").endswith("Saved.\n")


def test_a_command_without_such_dates_needs_no_order(tmp_path: Path, administrator: User) -> None:
    path = tmp_path / "b.csv"
    path.write_text(csv_of(row(1, "2026-11-20", "2026-11-21")))
    assert run(path, "--dates", "month-first").endswith("Saved.\n")


def test_rows_that_were_read_in_another_order_meanwhile_do_not_count(
    staff_client: Client,
) -> None:
    ask(staff_client, AMBIGUOUS)
    job = Import.objects.get()
    job.answer_dates("month-first")
    stale = Import.objects.get()
    job.answer_dates("day-first")
    check_for_a_while(stale)
    assert stale.checked_rows() == 0
    check_for_a_while(stale)
    assert counts() == (1, 0, 0, 0)
    job.answer_dates("month-first")
    check_for_a_while(job := Import.objects.get())
    assert not save(stale)
    assert not Batch.objects.exists()
    check_for_a_while(job := Import.objects.get())
    assert save(job)
    assert days()[0][0] == date(2026, 3, 4)
