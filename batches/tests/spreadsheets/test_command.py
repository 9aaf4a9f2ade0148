import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from batches.models import Batch, Import

from .test_import import ROW, table, workbook

FILES = Path(__file__).parent / "files"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "b.csv"
    path.write_text(table(ROW))
    return path


def run(*arguments: Any) -> str:
    said = io.StringIO()
    call_command("import_batches", *arguments, stdout=said, stderr=io.StringIO())
    return said.getvalue()


def test_it_saves_in_the_name_of_the_first_administrator(
    file: Path, administrator: User, staff: User, capsys: Any
) -> None:
    assert run(file) == "1 new, 0 changed, 0 unchanged, 0 refused.\nSaved.\n"
    assert Batch.objects.get().created_by == administrator
    bar = capsys.readouterr().err
    assert "| 1/1 [" in bar
    assert bar.count("\n") == 1
    assert run(file, "--author", "AYSE@example.com").endswith("Nothing is saved.\n")


def test_excel_and_an_author(tmp_path: Path, staff: User) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(workbook(*[line.split(",") for line in table(ROW).splitlines()]))
    run(path, "--author", staff.email)
    assert Batch.objects.get().created_by == staff


def test_it_tells_which_sheet_is_read_and_what_is_hidden_in_it(administrator: User) -> None:
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_batches", FILES / "stock.xls", stdout=said, stderr=io.StringIO())
    assert "Only the sheet “Stock” of this file is read.\n" in said.getvalue()
    assert (
        "Rows that are hidden in the sheet are imported too. Their numbers: 3.\n" in said.getvalue()
    )


def test_a_dry_run_saves_nothing(file: Path, administrator: User) -> None:
    assert run(file, "--dry-run").endswith(
        "1 new, 0 changed, 0 unchanged, 0 refused.\nNothing is saved.\n"
    )
    assert not Batch.objects.exists()
    assert not Import.objects.exists()


def test_a_refused_row_saves_nothing(file: Path, administrator: User, capsys: Any) -> None:
    file.write_text(table(ROW, "Goat,B-2,2026-11-20,2026-11-20,,"))
    said = io.StringIO()
    with pytest.raises(CommandError, match="Nothing is saved") as raised:
        call_command("import_batches", file, stdout=said, stderr=io.StringIO())
    assert raised.value.returncode == 1
    assert "Row 3, product: There is no product called “Goat”" in said.getvalue()
    assert not Batch.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7"])
def test_a_file_that_is_no_table_is_refused(
    file: Path, administrator: User, content: bytes
) -> None:
    file.write_bytes(content)
    with pytest.raises(CommandError):
        run(file)


def test_it_needs_a_file_and_an_account(file: Path, db: None) -> None:
    with pytest.raises(CommandError, match="no such approved account"):
        run(file)
    with pytest.raises(CommandError, match="No such file"):
        run(file.parent / "none.csv")
