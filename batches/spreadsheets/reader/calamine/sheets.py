"""The sheets of .xls and .ods files, read by calamine, which knows no number formats.

What a number shows is therefore not known; days and times are.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ..cell_text import Cell, text_cell
from ..errors import ReadError
from ..limits import MOST_COLUMNS, Budget
from ..xlsx.sheet import Area, Line
from .ods import Marks

MERGED = ["merged", ""]


class CalamineSheet:
    width = MOST_COLUMNS

    def __init__(
        self,
        sheet: Any,
        hidden_lines: list[range],
        hidden_columns: list[range],
        marks: Marks,
        merged: list[Area],
        budget: Budget,
    ) -> None:
        self.sheet = sheet
        self.hidden_lines = {line for lines in hidden_lines for line in lines}
        self.hidden_columns, self.marks, self.merged = hidden_columns, marks, merged
        self.budget = budget

    def lines(self) -> Iterator[Line]:
        for number, values in enumerate(self.sheet.iter_rows(), 1):
            self.budget.spend_cells(len(values))
            self.budget.check_time()
            cells = [value_cell(value, self.budget) for value in values[:MOST_COLUMNS]]
            if any(value_cell(value, self.budget) for value in values[MOST_COLUMNS:]):
                raise ReadError("far_right")
            marked = self.marked(number, cells)
            if any(cell and cell != MERGED for cell in marked):
                yield Line(number, marked, number in self.hidden_lines)

    def marked(self, number: int, cells: list[Cell]) -> list[Cell]:
        if not self.marks:
            return cells
        return [self.marks.get((number, column), cell) for column, cell in enumerate(cells, 1)]


def calamine_workbook(file: BinaryIO) -> CalamineWorkbook:
    """Raises ReadError for a file that is damaged or has a password."""
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise ReadError("password") from None
    except CalamineError:
        raise ReadError("damaged") from None


def visible_names(workbook: CalamineWorkbook) -> Iterator[tuple[int, str]]:
    """The number and name of each visible sheet that has cells."""
    for number, sheet in enumerate(workbook.sheets_metadata):
        is_visible = sheet.visible == SheetVisibleEnum.Visible
        if is_visible and sheet.typ == SheetTypeEnum.WorkSheet:
            yield number, sheet.name


def value_cell(value: object, budget: Budget) -> Cell:
    if isinstance(value, str):
        return text_cell(value, budget, "text")
    if isinstance(value, bool):
        return ["boolean", str(value)]
    if isinstance(value, int | float):
        return ["unshown", f"{value:.15g}"]
    if isinstance(value, datetime):
        kind = "day" if value.time() == time() else "time"
        return [kind, str(value)[:16].removesuffix(" 00:00")]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    if isinstance(value, time):
        return ["time", value.isoformat()]
    if isinstance(value, timedelta):
        return ["time", str(value)]
    return ""
