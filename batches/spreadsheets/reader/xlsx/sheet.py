"""The lines of one sheet of an Excel workbook, read a piece at a time."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from string import ascii_letters, digits
from typing import NamedTuple

from ..cell_text import Cell, text_cell, unescaped
from ..errors import ReadError
from ..limits import LAST_LINE, LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, Budget
from ..xml_stream import Attributes, Handler, parse_chunks
from ..zip_package import Package
from .number_formats import number_cell, shown_text, shows_whole_day

LAST_COLUMN = 16_384  # Excel's own
MOST_MERGES = 100_000
TRUE = ("1", "true", "on")


class Line(NamedTuple):
    number: int  # as the spreadsheet counts, from 1
    cells: list[Cell]
    is_hidden: bool = False


class Area(NamedTuple):
    """Cells that are merged into one; lines and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


class SheetReader(Handler):
    def __init__(
        self,
        package: Package,
        part: str,
        texts: Sequence[str],
        formats: Sequence[str],
        is_1904: bool,
    ) -> None:
        self.package, self.part = package, part
        self.texts, self.formats, self.is_1904 = texts, formats, is_1904
        self.budget: Budget = package.budget
        self.width = MOST_COLUMNS  # of what stands right of so many columns, one cell is kept
        self.hidden_columns: list[range] = []
        self.merged: list[Area] = []
        self.lines_found: list[Line] = []
        self.line = self.column = 0
        self.is_hidden = False
        self.cells: dict[int, Cell] = {}
        self.attributes: Attributes = {}
        self.value: list[str] | None = None
        self.formula: list[str] | None = None
        self.target: list[str] | None = None
        self.length = self.columns = 0
        self.is_in_cell = self.is_ignored = False

    def lines(self) -> Iterator[Line]:
        """The lines that hold cells, in order. Raises ReadError on the way."""
        self.package.refuse_too_many(self.part, "c", MOST_CELLS, "too_many_cells")
        with self.package.open(self.part) as source:
            for _chunk in parse_chunks(source, self, self.budget):
                yield from self.lines_found
                self.lines_found = []

    def start(self, name: str, attributes: Attributes) -> None:
        local = name[name.rfind("}") + 1 :]
        if local == "c":
            self.start_cell(attributes)
        elif local in ("v", "t", "f"):
            self.start_content(local)
        elif local == "row":
            self.start_line(attributes)
        elif local == "rPh":  # how a text is pronounced, which is not shown in the cell
            self.is_ignored = True
        elif local == "col":
            self.add_column(attributes)
        elif local == "mergeCell":
            self.add_merged(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        local = name[name.rfind("}") + 1 :]
        if local == "c":
            if self.value or self.formula is not None:
                self.end_cell()
            self.is_in_cell = False
        elif local in ("v", "t", "f"):
            self.target = None
        elif local == "row":
            self.end_line()
        elif local == "rPh":
            self.is_ignored = False

    def text(self, text: str) -> None:
        if self.target is not None:
            self.length += len(text)
            if self.length > LONGEST_CELL * 2:
                raise ReadError("long_cell")
            self.target.append(text)

    def start_line(self, attributes: Attributes) -> None:
        number = int(attributes["r"]) if "r" in attributes else self.line + 1
        if not self.line < number <= LAST_LINE:
            raise ReadError("far_below" if number > LAST_LINE else "damaged")
        self.line, self.column, self.cells = number, 0, {}
        self.is_hidden = attributes.get("hidden") in TRUE or is_zero(attributes.get("ht"))
        self.is_in_cell = False

    def end_line(self) -> None:
        if self.cells:
            cells = [self.cells.get(column, "") for column in range(1, max(self.cells) + 1)]
            self.lines_found.append(Line(self.line, cells, self.is_hidden))

    def start_cell(self, attributes: Attributes) -> None:
        """The budget looks at the count of cells after each chunk."""
        self.budget.cells += 1
        self.is_in_cell = True
        self.column = column_of(attributes["r"]) if "r" in attributes else self.column + 1
        self.attributes = attributes
        self.value = self.formula = None
        self.length = 0

    def start_content(self, local: str) -> None:
        if not self.is_in_cell or (local == "t" and self.is_ignored):
            return
        if local == "f":
            self.target = self.formula = self.formula or []
        else:
            self.target = self.value = self.value or []

    def end_cell(self) -> None:
        if self.column > self.width + 1 in self.cells:
            return
        cell = self.read_cell("".join(self.value or ()))
        if cell and self.column > MOST_COLUMNS:
            raise ReadError("far_right")
        if cell:
            self.cells[min(self.column, self.width + 1)] = cell

    def read_cell(self, value: str) -> Cell:
        kind = self.attributes.get("t", "n")
        code = self.formats[int(self.attributes.get("s", 0))]
        if self.formula is not None:
            return ["formula", f"={''.join(self.formula)}"[:100]]
        if kind == "s":
            return self.read_text(self.texts[int(value)], code) if value.strip() else ""
        if kind in ("inlineStr", "str"):
            return self.read_text(unescaped(value), code)
        if kind == "e":
            return ["error", value[:40]]
        if kind == "b":
            return ["boolean", str(value.strip() in TRUE)]
        if kind == "d":
            return day_of(value.strip(), code)
        return self.read_number(value.strip(), code)

    def read_text(self, text: str, code: str) -> Cell:
        if len(text) > LONGEST_CELL:
            raise ReadError("long_cell")
        shown = shown_text(text, code)
        if shown is None:
            return text_cell(text, self.budget, "unshown")
        return text_cell(shown, self.budget, "text")

    def read_number(self, value: str, code: str) -> Cell:
        if not value:
            return ""
        kind, shown = number_cell(value, code, self.is_1904)
        return text_cell(shown, self.budget, kind)

    def add_column(self, attributes: Attributes) -> None:
        self.columns += 1
        if self.columns > LAST_COLUMN:
            raise ReadError("hostile")
        first, last = int(attributes.get("min", 1)), int(attributes.get("max", LAST_COLUMN))
        is_hidden = attributes.get("hidden") in TRUE or is_zero(attributes.get("width"))
        if is_hidden and len(self.hidden_columns) < MOST_COLUMNS:
            self.hidden_columns.append(range(first, last + 1))

    def add_merged(self, reference: str) -> None:
        if len(self.merged) == MOST_MERGES:
            raise ReadError("too_many_cells")
        first, _, last = reference.partition(":")
        self.merged.append(
            Area(line_of(first), column_of(first), line_of(last or first), column_of(last or first))
        )


def mark_merged(lines: Sequence[Line], areas: Sequence[Area], columns: int, budget: Budget) -> None:
    """Give empty cells that a filled one is merged over a kind of their own, "merged"."""
    numbers = [line.number for line in lines]
    for top, left, bottom, right in areas:
        first = bisect_left(numbers, top)
        if first == len(lines) or numbers[first] != top or not cell_at(lines[first], left):
            continue
        last = bisect_left(numbers, bottom + 1)
        budget.spend_cells(max(0, (last - first) * (min(right, columns) - left + 1)))
        for line in lines[first:last]:
            cells = line.cells
            cells.extend([""] * (min(right, columns) - len(cells)))
            for index in range(left - 1, min(right, columns)):
                cells[index] = cells[index] or ["merged", ""]


def cell_at(line: Line, column: int) -> Cell:
    return line.cells[column - 1] if column <= len(line.cells) else ""


def column_of(reference: str) -> int:
    """Return 28 for "AB7". Raises ReadError for what is no reference to a cell."""
    return column_number(reference.replace("$", "").rstrip(digits))


@lru_cache(maxsize=2048)
def column_number(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or column > LAST_COLUMN:
            raise ReadError("damaged")
        column = column * 26 + ord(letter) - 64
    if not 0 < column <= LAST_COLUMN:
        raise ReadError("damaged")
    return column


def line_of(reference: str) -> int:
    return int(reference.replace("$", "").lstrip(ascii_letters))


def day_of(value: str, code: str) -> Cell:
    """Return the day or time that stands in a cell as ISO 8601, as in strict files."""
    if not value:
        return ""
    day, _, time = value.partition("T")
    try:
        iso_day = date.fromisoformat(day.removesuffix("Z")).isoformat()
    except ValueError:
        return ["unshown", value[:40]]
    if not time.strip("0:.Z"):
        return ["day" if shows_whole_day(code) else "unshown", iso_day]
    return ["time", value.replace("T", " ")[:16].strip()]


def is_zero(size: str | None) -> bool:
    return size is not None and float(size) == 0
