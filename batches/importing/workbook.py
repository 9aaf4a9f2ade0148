"""The lines of one sheet of an Excel workbook; nothing in it is believed before it is measured."""

import codecs
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, BinaryIO
from xml.parsers import expat

import openpyxl
from django.utils.translation import gettext as _

from .wrong import MOST_COLUMNS, UnreadableError

MOST_BYTES_UNPACKED = 100 * 1024**2
MOST_PARTS = 500
MOST_LINES = 100_000  # rows that are empty included
LONGEST_TITLE = 100  # Excel's own are up to 31 letters
ROOT_WITHIN = 64 * 1024  # bytes
XML = (b"<", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # whatever its name
EXACT_DIGITS = 15


def workbook_lines(file: BinaryIO) -> tuple[str, Iterator[tuple[int, list[Any]]]]:
    """The lines of its first sheet that can be seen; and that one's name, where it has others.

    Raises UnreadableError, at once or on the way.
    """
    with told_if_damaged():
        check_package(file)
        workbook = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise UnreadableError(_("This Excel file has no sheet with cells."))
        has_others = len(workbook.worksheets) > 1
        return sheets[0].title[:LONGEST_TITLE] if has_others else "", sheet_lines(sheets[0])


@contextmanager
def told_if_damaged() -> Iterator[None]:
    """Whatever a broken file raises inside openpyxl is told as an UnreadableError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a sheet has beside its cells
            yield
    except UnreadableError:
        raise
    except Exception as error:
        words = _("This Excel file is damaged. Open it in Excel, save it again, and choose that.")
        raise UnreadableError(words) from error


def check_package(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as package:
        parts = package.infolist()
        if "xl/workbook.xml" not in package.namelist():
            raise UnreadableError(_("This is not an Excel workbook. Save the table as .xlsx."))
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or unpacked > MOST_BYTES_UNPACKED:
            words = _("This Excel file is too large. Split the table, or save it as CSV.")
            raise UnreadableError(words)
        for part in parts:
            with package.open(part) as content:
                beginning = content.read(ROOT_WITHIN)
            if beginning.lstrip().startswith(XML):
                refuse_document_type(beginning)


def refuse_document_type(beginning: bytes) -> None:
    """What defines entities stands before the root element, and no spreadsheet writes any."""
    has_begun = False

    def begin(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal has_begun
        has_begun = True

    def refuse(*_declaration: object) -> None:
        raise UnreadableError(_("This Excel file holds what no spreadsheet writes. Make it anew."))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = begin, refuse
    for start in range(0, len(beginning), 1024):
        if has_begun:
            return
        parser.Parse(beginning[start : start + 1024])
    if not has_begun:
        refuse()


def sheet_lines(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    sheet.reset_dimensions()  # what it says of its own size may be anything
    with told_if_damaged():
        for line, cells in enumerate(sheet.iter_rows(), 1):
            if line > MOST_LINES:
                raise UnreadableError(_("This sheet has rows far below the table. Delete them."))
            if len(cells) > MOST_COLUMNS:
                words = _("This sheet has columns far to the right of the table. Delete them.")
                raise UnreadableError(words)
            yield line, [read_cell(cell) for cell in cells]


def read_cell(cell: Any) -> str | list[str]:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return ["formula", str(value)[:100]]
    if cell.data_type == "e":
        return ["error", str(value)]
    if isinstance(value, bool):
        return ["boolean", str(value)]
    if isinstance(value, int | float):
        return number(value, cell.number_format or "")
    if isinstance(value, datetime):
        return ["day" if value.time() == time() else "time", str(value)[:16].removesuffix(" 00:00")]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    if isinstance(value, time):
        return ["time", value.isoformat()]
    text = str(value).strip()
    return ["text", text] if text else ""


def number(value: float, shown_as: str) -> list[str]:
    """With the zeros in front that the sheet shows."""
    if value != int(value):
        return ["number", str(value)]
    digits = str(int(value))
    if len(digits) > EXACT_DIGITS:
        return ["inexact", digits]
    return ["number", digits.zfill(len(shown_as)) if set(shown_as) == {"0"} else digits]
