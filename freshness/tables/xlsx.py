"""An Excel workbook of one sheet, sent while its rows are still being read.

openpyxl can send nothing before it has the last row. So it makes a workbook of the names alone,
and the rows are written into that one.
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # below the names
ROWS_AT_ONCE = 500
WIDTH = 18  # of a column, in letters
SHEET = "xl/worksheets/sheet1.xml"
# In openpyxl's sheet, its size, and the row in whose place the others go.
SIZE = re.compile("<dimension [^>]*>")
EXAMPLES = re.compile('<row r="2">.*</row>')
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOT_TO_BE_GUESSED = (*"=+-@'#",)  # formulas and errors

Row = Sequence[Any]


def workbook(names: Sequence[str], rows: Iterator[Row], as_text: bool = False) -> Iterator[bytes]:
    """Its bytes. `as_text`: what somebody types into a column stays the text it is."""
    frame, styles = made_of(names, as_text)
    before, after = EXAMPLES.split(SIZE.sub("", frame.read(SHEET).decode()))
    lines = (row_in_xml(line, row, styles) for line, row in enumerate(rows, 2))
    flow = Outflow()
    with ZipFile(flow, "w", ZIP_DEFLATED) as package:
        for part in frame.namelist():
            if part != SHEET:
                package.writestr(part, frame.read(part))
        with package.open(SHEET, "w") as sheet:
            sheet.write(before.encode())
            while some := "".join(islice(lines, ROWS_AT_ONCE)):
                sheet.write(some.encode())
                yield flow.taken()
            sheet.write(after.encode())
    yield flow.taken()


def made_of(names: Sequence[str], as_text: bool) -> tuple[ZipFile, dict[type, int]]:
    """A workbook of the names; and the number of the look of each kind of value in it."""
    book = Workbook()
    sheet = book.active
    sheet.freeze_panes = "A2"
    for number in range(len(names)):
        column = sheet.column_dimensions[get_column_letter(number + 1)]
        column.width = WIDTH
        if as_text:
            column.number_format = "@"
    sheet.append([*names])
    sheet.append([date.max, datetime.max, "="])
    day, time, quoted = sheet[2][:3]
    quoted.quotePrefix = True
    file = io.BytesIO()
    book.save(file)
    styles = {date: day.style_id, datetime: time.style_id, str: quoted.style_id}
    return ZipFile(file), styles


def row_in_xml(line: int, row: Row, styles: dict[type, int]) -> str:
    cells = (
        cell(f"{get_column_letter(number)}{line}", value, styles)
        for number, value in enumerate(row, 1)
        if value not in (None, "")
    )
    return f'<row r="{line}">{"".join(cells)}</row>'


def cell(place: str, value: Any, styles: dict[type, int]) -> str:
    """Dates and numbers as such; text as text, whatever it begins with."""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float | Decimal):
        return f'<c r="{place}"><v>{value}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{styles[type(value)]}"><v>{to_excel(value)}</v></c>'
    text = NOT_IN_XML.sub("", str(value))
    style = f' s="{styles[str]}"' if text.startswith(NOT_TO_BE_GUESSED) else ""
    text = escape(text, {"\r": "&#13;"})
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


class Outflow(io.RawIOBase):
    """What is written to it, until it is taken; there is no way back in it."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        taken = b"".join(self.held)
        self.held.clear()
        return taken
