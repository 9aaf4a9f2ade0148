"""From the bytes of a file to the rows of its first table.

A row is its line, as a spreadsheet numbers it, and its cells: text as `str`; what a spreadsheet
holds as something else is a list of its kind and its text, such as ["day", "2026-11-22"].
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from .workbook import workbook_lines
from .wrong import MOST_COLUMNS, UnreadableError

Cell = str | list[str]
Row = tuple[int, list[Cell]]

MOST_ROWS = 50_000
LONGEST_LINE = 200_000
csv.field_size_limit(LONGEST_LINE)  # so that a longer cell is told as a longer line
DELIMITERS = (",", ";", "\t")
OTHER_FILES = {b"\xd0\xcf\x11\xe0": ".xls", b"%PDF": ".pdf", b"\x1f\x8b": ".gz", b"{\\rtf": ".rtf"}
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
END_OF_LINE = re.compile(r"\r\n|\r|\n")
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


class Table(NamedTuple):
    """Names of columns, rows that hold anything; and which sheet it is, if there are others."""

    columns: list[str]
    rows: list[Row]
    sheet: str


def read(file: BinaryIO, known: Collection[str]) -> Table:
    """The table in a file. `known` are the names that may be expected.

    Raises UnreadableError, whose words say how to mend it.
    """
    head = file.read(8)
    file.seek(0)
    for signature, suffix in OTHER_FILES.items():
        if head.startswith(signature):
            words = _(
                "This is a %(suffix)s file, whatever its name says. Save the table as Excel "
                "(.xlsx) or as CSV, and choose that."
            )
            raise UnreadableError(words % {"suffix": suffix})
    if head.startswith(b"PK"):
        sheet, lines = workbook_lines(file)
        return Table(*columns_and_rows(lines), sheet)
    return Table(*columns_and_rows(text_lines(file.read(), known)), "")


def columns_and_rows(lines: Iterator[tuple[int, list[Cell]]]) -> tuple[list[str], list[Row]]:
    columns = next((names_of(cells) for _line, cells in lines if any(cells)), None)
    if columns is None:
        raise UnreadableError(_("This file is empty. Choose one with a row for each batch."))
    rows: list[Row] = []
    for line, cells in lines:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(rows) == MOST_ROWS:
            words = _("One file may hold up to %(most)s rows. Split it, and import the parts.")
            raise UnreadableError(words % {"most": intcomma(MOST_ROWS)})
        rows.append((line, cells))
    if not rows:
        raise UnreadableError(_("There are no rows below the names of the columns."))
    return columns, rows


def names_of(cells: list[Cell]) -> list[str]:
    names = [cell.strip().casefold() if isinstance(cell, str) else cell[1] for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        words = _("The first row names more than %(most)d columns. Is this the right file?")
        raise UnreadableError(words % {"most": MOST_COLUMNS})
    return names


def text_lines(content: bytes, known: Collection[str]) -> Iterator[tuple[int, list[Cell]]]:
    text = decoded(content)
    first = 1
    if text[:4].lower() == "sep=":  # what Excel writes for itself
        text = END_OF_LINE.split(text, 1)[1]
        first = 2
    header = END_OF_LINE.split(text.lstrip(), 1)[0]
    reader = csv.reader(short_lines(text), delimiter=delimiter_of(header, known), strict=True)
    line = first - 1
    try:
        for line, cells in enumerate(reader, first):
            yield line, [cell.strip() for cell in cells]
    except csv.Error:
        words = _(
            "This is not quite CSV: in row %(line)d, a quotation mark is opened and not "
            "closed, or closed too early. Open it in a spreadsheet, and save it as CSV again."
        )
        raise UnreadableError(words % {"line": line + 1}) from None


def short_lines(text: str) -> Iterator[str]:
    for line in io.StringIO(text, newline=""):
        if len(line) > LONGEST_LINE:
            words = _("One line of this file is far too long for a table. Is it the right file?")
            raise UnreadableError(words)
        yield line


def delimiter_of(header: str, known: Collection[str]) -> str:
    """Whichever splits the first line into most names that are known, or at all."""

    def names(delimiter: str) -> tuple[int, int]:
        parts = [part.strip(' "\r').casefold() for part in header[:LONGEST_LINE].split(delimiter)]
        return len(set(parts) & set(known)), len(parts)

    return max(DELIMITERS, key=names)


def decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 that says so. Which of the older ones a file is in, nobody can tell."""
    encoding = UTF_16.get(content[:2], "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = None
    if text is not None and not NO_TEXT.search(text):
        return text
    if content[:2] in UTF_16 or NO_TEXT.search(content.decode("latin-1")):
        words = _("This is not a table that can be read. Choose an Excel file (.xlsx) or CSV.")
        raise UnreadableError(words)
    raise UnreadableError(
        _(
            "The letters of this file are not in UTF-8, so some would come out wrong. Save it as "
            "“CSV UTF-8” or as Excel (.xlsx), and choose that."
        )
    )
