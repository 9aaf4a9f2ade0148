"""What calamine does not tell of an .xls file, and how large it is, counted beforehand (MS-XLS)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

from ..cell_text import Cell
from ..errors import ReadError
from ..limits import MOST_CELLS, MOST_COLUMNS, MOST_TEXT
from ..xlsx.sheet import Area
from .compound_file import CompoundFile
from .ods import MOST_MARKS, Marks
from .xls_texts import text_lengths

FIRST, LAST = 0x0809, 0x000A  # records that begin and end a sheet
SHEET, PASSWORD, SHARED_TEXTS, CONTINUED = 0x0085, 0x002F, 0x00FC, 0x003C
SHARED_TEXT_CELL = 0x00FD
ROW, COLUMNS, SIZE, MERGED = 0x0208, 0x007D, 0x0200, 0x00E5
FORMULAS = (0x0006, 0x0206, 0x0406)
ERROR_OR_BOOLEAN, SEVERAL_NUMBERS = 0x0205, 0x00BD
CELLS = (
    0x0203,
    0x0204,
    SHARED_TEXT_CELL,
    0x027E,
    0x00D6,
    ERROR_OR_BOOLEAN,
    SEVERAL_NUMBERS,
    *FORMULAS,
)
HIDDEN = 0x20  # of a row's flags
HIDDEN_COLUMNS = 0x01  # of the flags of columns
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
VERSION_8 = 0x0600


@dataclass
class SheetScan:
    hidden: list[range] = field(default_factory=list)
    hidden_columns: list[range] = field(default_factory=list)
    marks: Marks = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    lines: int = 0
    columns: int = 0

    def add_cell(self, line: int, column: int) -> None:
        self.lines, self.columns = max(self.lines, line + 1), max(self.columns, column + 1)
        if self.lines * self.columns > MOST_CELLS:
            raise ReadError("too_many_cells")

    def add_mark(self, line: int, column: int, cell: Cell) -> None:
        if len(self.marks) == MOST_MARKS:
            raise ReadError("too_many_cells")
        self.marks[line, column] = cell


class OldExcelScan:
    """Walks through all records. Raises ReadError for too many cells, damage or a password."""

    def __init__(self, file: BinaryIO) -> None:
        self.content = CompoundFile(file).stream("Workbook", "Book")
        self.sheets: list[SheetScan] = []
        self.by_start: dict[int, SheetScan] = {}
        self.current: SheetScan | None = None
        self.depth = 0
        self.is_version_8 = True
        self.previous = 0  # kind of record
        self.shared_texts: list[bytes] = []
        self.letters = 0
        for start, kind, data in self.records():
            self.take(start, kind, data)
            self.previous = self.previous if kind == CONTINUED else kind
        if sum(sheet.lines * sheet.columns for sheet in self.sheets) > MOST_CELLS:
            raise ReadError("too_many_cells")

    def records(self) -> Iterator[tuple[int, int, bytes]]:
        position = 0
        while position + 4 <= len(self.content):
            kind, length = struct.unpack_from("<HH", self.content, position)
            yield position, kind, self.content[position + 4 : position + 4 + length]
            position += 4 + length

    def take(self, start: int, kind: int, data: bytes) -> None:
        if kind == FIRST:
            self.begin(start, data)
        elif kind == LAST:
            self.depth -= 1
        elif kind == PASSWORD:
            raise ReadError("password")
        elif kind == SHARED_TEXTS:
            self.begin_shared_texts(data)
        elif kind == CONTINUED and self.previous == SHARED_TEXTS:
            self.shared_texts.append(data)
        elif kind == SHEET:
            self.sheets.append(SheetScan())
            self.by_start[struct.unpack_from("<I", data)[0]] = self.sheets[-1]
        elif kind == SIZE:
            self.check_size(data)
        elif self.current and self.depth == 1:
            self.take_of_sheet(self.current, kind, data)

    def begin_shared_texts(self, data: bytes) -> None:
        if struct.unpack_from("<I", data, 4)[0] > len(self.content) or self.shared_texts:
            raise ReadError("damaged")
        self.shared_texts = [data]

    @cached_property
    def lengths(self) -> list[int]:
        return text_lengths(self.shared_texts)

    def count_letters(self, data: bytes) -> None:
        """Calamine copies a shared text for each cell that refers to it."""
        self.letters += self.lengths[struct.unpack_from("<I", data, 6)[0]]
        if self.letters > MOST_TEXT:
            raise ReadError("too_large")

    def begin(self, start: int, data: bytes) -> None:
        """A sheet begins, or a chart in one."""
        self.depth += 1
        if self.depth == 1:
            self.is_version_8 = struct.unpack_from("<H", data)[0] == VERSION_8
            self.current = self.by_start.get(start)

    def check_size(self, data: bytes) -> None:
        """What a sheet says of its own size may be anything, and calamine believes it."""
        form = "<IIHH" if self.is_version_8 else "<4H"
        first_line, lines, first_column, columns = struct.unpack_from(form, data)
        if first_line > lines or first_column > columns:
            raise ReadError("damaged")
        if lines * columns > MOST_CELLS:
            raise ReadError("too_many_cells")

    def take_of_sheet(self, sheet: SheetScan, kind: int, data: bytes) -> None:
        if kind in CELLS:
            line, column = struct.unpack_from("<HH", data)
            last = struct.unpack_from("<H", data, len(data) - 2)[0]
            sheet.add_cell(line, last if kind == SEVERAL_NUMBERS else column)
            if kind == SHARED_TEXT_CELL:
                self.count_letters(data)
            if mark := mark_of(kind, data):
                sheet.add_mark(line + 1, column + 1, mark)
        elif kind == ROW and struct.unpack_from("<H", data, 12)[0] & HIDDEN:
            line = struct.unpack_from("<H", data)[0] + 1
            sheet.hidden.append(range(line, line + 1))
        elif kind == COLUMNS and struct.unpack_from("<H", data, 8)[0] & HIDDEN_COLUMNS:
            first, last = struct.unpack_from("<HH", data)
            if first < MOST_COLUMNS > len(sheet.hidden_columns):
                sheet.hidden_columns.append(range(first + 1, last + 2))
        elif kind == MERGED:
            for top, bottom, left, right in struct.iter_unpack(
                "<4H", data[2 : 2 + len(data[2:]) // 8 * 8]
            ):
                sheet.merged.append(Area(top + 1, left + 1, bottom + 1, right + 1))


def mark_of(kind: int, data: bytes) -> Cell:
    """Return a cell for an error or a formula, which calamine does not tell, else an empty one."""
    if kind == ERROR_OR_BOOLEAN and data[7] == 1:
        return ["error", ERRORS.get(data[6], "#N/A")]
    return ["formula", "="] if kind in FORMULAS else ""
