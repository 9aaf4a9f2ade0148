"""The lines of an Excel workbook's first sheet; nothing in it is believed before it is measured."""

import codecs
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO
from xml.parsers import expat

import openpyxl
from django.utils.translation import gettext as _

from .wrong import MOST_COLUMNS, UnreadableError

MOST_BYTES_UNPACKED = 100 * 1024**2
MOST_PARTS = 500
MOST_LINES = 100_000  # rows that are empty included
ROOT_WITHIN = 64 * 1024  # bytes
XML = (b"<", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # whatever its name
EXACT_DIGITS = 15


def workbook_lines(file: BinaryIO) -> Iterator[tuple[int, list[Any]]]:
    """Raises UnreadableError. Whatever else a broken file raises inside openpyxl is told as one."""
    try:
        check_package(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a sheet has beside its cells
            yield from sheet_lines(file)
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


def sheet_lines(file: BinaryIO) -> Iterator[tuple[int, list[Any]]]:
    workbook = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    if not workbook.worksheets:
        raise UnreadableError(_("This Excel file has no sheet with cells."))
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()  # what it says of its own size may be anything
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
