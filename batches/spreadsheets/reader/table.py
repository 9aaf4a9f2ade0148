"""The table in a file: the names of its columns and the rows below, from the sheet that has it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple, Protocol

from .calamine.ods import Marks, scan
from .calamine.sheets import CalamineSheet, calamine_workbook, visible_names
from .calamine.xls import OldExcelScan
from .cell_text import Cell
from .columns import check_columns, known_columns, names_in
from .csv_file import delimited_lines
from .errors import ReadError
from .file_kind import kind_of
from .limits import MOST_COLUMNS, MOST_LINES, MOST_ROWS, MOST_SECONDS, Budget
from .xlsx.sheet import Area, Line, mark_merged
from .xlsx.workbook import Workbook
from .zip_package import Package

MOST_RANGES = 20  # of hidden rows that are named

Row = tuple[int, list[Cell]]
Note = tuple[str, str]


class Request(NamedTuple):
    """The columns that may be there, by each of their normalized names, and those that must."""

    known: Mapping[str, str]
    required: Sequence[str]


class Table(NamedTuple):
    columns: list[str]
    rows: list[Row]
    sheet: str  # its name, where the file has others
    notes: list[Note]  # what one does not see in the sheet: a code and its detail


class Sheet(Protocol):
    width: int
    hidden_columns: list[range]
    merged: list[Area]

    def lines(self) -> Iterator[Line]: ...


class DelimitedText:
    def __init__(self, file: BinaryIO, known: Mapping[str, str], budget: Budget) -> None:
        self.file, self.known, self.budget = file, known, budget
        self.width = MOST_COLUMNS
        self.hidden_columns: list[range] = []
        self.merged: list[Area] = []

    def lines(self) -> Iterator[Line]:
        return delimited_lines(self.file, self.known, self.budget)


SheetMaker = tuple[str, Callable[[], Sheet]]


def read_table(file: BinaryIO, request: Request, seconds: float = MOST_SECONDS) -> Table:
    """Return the table in `file`. Raises ReadError, whatever the file holds."""
    budget = Budget(seconds)
    try:
        kind = kind_of(file, budget)
        if kind == "csv":
            return table_of(DelimitedText(file, request.known, budget), "", request, budget)
        sheets, has_others = SHEETS[kind](file, budget)
        title, sheet = sheet_with_names(sheets, request)
        return table_of(sheet, title if has_others else "", request, budget)
    except ReadError:
        raise
    except MemoryError:
        raise ReadError("too_large") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # whatever a broken file makes a library raise: calamine panics
        raise ReadError("damaged") from error


# Hidden lines, hidden columns, marks and merged cells of a sheet that calamine reads.
HiddenMarksMerged = tuple[list[range], list[range], Marks, list[Area]]


def excel_sheets(file: BinaryIO, budget: Budget) -> tuple[list[SheetMaker], bool]:
    workbook = Workbook(file, budget)

    def maker(sheet: Any) -> Callable[[], Sheet]:
        return lambda: workbook.reader(sheet)

    visible = [(it.title, maker(it)) for it in workbook.sheets if it.is_visible]
    return visible, len(workbook.sheets) > 1


def open_document_sheets(file: BinaryIO, budget: Budget) -> tuple[list[SheetMaker], bool]:
    found = scan(Package(file, budget))
    own = zip(found.hidden, found.hidden_columns, found.marks, strict=True)
    return calamine_sheets(file, budget, [(*of_sheet, []) for of_sheet in own])


def old_excel_sheets(file: BinaryIO, budget: Budget) -> tuple[list[SheetMaker], bool]:
    found = OldExcelScan(file)
    own = [
        (sheet.hidden, sheet.hidden_columns, sheet.marks, sheet.merged) for sheet in found.sheets
    ]
    return calamine_sheets(file, budget, own)


def calamine_sheets(
    file: BinaryIO, budget: Budget, own: Sequence[HiddenMarksMerged]
) -> tuple[list[SheetMaker], bool]:
    workbook = calamine_workbook(file)

    def maker(number: int) -> Callable[[], Sheet]:
        sheet = workbook.get_sheet_by_index(number)
        return lambda: CalamineSheet(sheet, *own[number], budget)

    visible = [(name, maker(number)) for number, name in visible_names(workbook)]
    return visible, len(workbook.sheets_metadata) > 1


SHEETS = {"xlsx": excel_sheets, "ods": open_document_sheets, "xls": old_excel_sheets}


def sheet_with_names(sheets: Sequence[SheetMaker], request: Request) -> tuple[str, Sheet]:
    """Return the first sheet with all columns that must be there, else with one that is known."""
    best: tuple[int, str, Sheet] | None = None
    for title, make in sheets:
        names = first_names(make())
        columns = set(known_columns(names, request.known))
        has_all = columns >= set(request.required)
        rank = 3 if has_all else 2 if columns & set(request.known.values()) else 1 if names else 0
        if best is None or rank > best[0]:
            best = rank, title, make()
        if has_all:
            break
    if best is None:
        raise ReadError("no_sheet")
    return best[1], best[2]


def first_names(sheet: Sheet) -> list[str]:
    try:
        return next((names_in(line.cells) for line in sheet.lines() if any(line.cells)), [])
    except ReadError as error:
        if error.code in ("far_right", "too_many_columns"):  # a sheet that is no such table
            return []
        raise


def table_of(sheet: Sheet, title: str, request: Request, budget: Budget) -> Table:
    lines = (line for line in sheet.lines() if any(line.cells))
    header = next(lines, None)
    if header is None:
        raise ReadError("empty")
    names = names_in(header.cells)
    columns = known_columns(names, request.known)
    check_columns(names, columns, request.known, request.required)
    sheet.width = len(columns)
    body = rows_below(lines, len(columns))
    if not body:
        raise ReadError("no_rows")
    mark_merged([header, *body], sheet.merged, len(columns), budget)
    notes = [*hidden_rows(body), *hidden_columns(sheet.hidden_columns, columns)]
    rows = [(line.number, without_empty_end(line.cells)) for line in body]
    return Table(columns, rows, title.replace("\0", ""), notes)


def rows_below(lines: Iterator[Line], width: int) -> list[Line]:
    """Return the rows; of what stands right of the named columns, one cell of each."""
    body: list[Line] = []
    for line in lines:
        if line.number > MOST_LINES:
            raise ReadError("far_below")
        if len(body) == MOST_ROWS:
            raise ReadError("too_many_rows")
        beyond = next((cell for cell in line.cells[width:] if cell), None)
        cells = line.cells[:width] if beyond is None else [*line.cells[:width], beyond]
        body.append(line._replace(cells=cells))
    return body


def without_empty_end(cells: list[Cell]) -> list[Cell]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def hidden_rows(lines: Sequence[Line]) -> Iterator[Note]:
    """A note such as ("hidden_rows", "5–9, 12")."""
    ranges: list[list[int]] = []
    previous = 0
    for line in lines:
        if line.is_hidden and ranges and ranges[-1][1] == previous:
            ranges[-1][1] = line.number
        elif line.is_hidden:
            ranges.append([line.number, line.number])
        previous = line.number
    if ranges:
        shown = [f"{first}–{last}" if last > first else f"{first}" for first, last in ranges]
        more = ["…"] if len(shown) > MOST_RANGES else []
        yield "hidden_rows", ", ".join([*shown[:MOST_RANGES], *more])


def hidden_columns(hidden: Sequence[range], columns: Sequence[str]) -> Iterator[Note]:
    names = [
        name
        for number, name in enumerate(columns, 1)
        if any(number in numbers for numbers in hidden)
    ]
    if names:
        yield "hidden_columns", ", ".join(names)
