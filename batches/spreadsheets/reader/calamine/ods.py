"""What calamine does not tell of an OpenDocument table, and how large it is, counted beforehand."""

from ..cell_text import Cell
from ..errors import ReadError
from ..limits import LAST_LINE, LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_TEXT
from ..xml_stream import Attributes, Handler
from ..zip_package import Package

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
CELLS = ("table-cell", "covered-table-cell")
SPACES = f"{TEXT}s"
# What calamine copies for each repeated cell, beside the text that is shown.
REPEATED_TEXTS = (f"{OFFICE}string-value", f"{TABLE}formula")
ENCRYPTION = "}encryption-data"
CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
MOST_MARKS = 400_000

Marks = dict[tuple[int, int], Cell]  # by line and column, both from 1


class TableScan(Handler):
    """Counts the cells and letters of each table, repeated ones too, as far as any holds something.

    Of each table, by its number: its hidden lines and columns, and marks for cells that show an
    error, are formulas or are merged with another.
    """

    def __init__(self) -> None:
        self.hidden: list[list[range]] = []
        self.hidden_columns: list[list[range]] = []
        self.columns = 0
        self.marks: list[Marks] = []
        self.line = self.line_repeats = self.column = self.column_repeats = 0
        self.cells = self.widest = self.last_line = self.width = 0
        self.is_filled = self.is_hidden = self.is_error = self.is_formula = False
        self.shown: list[str] = []
        self.length = self.marked = 0
        self.letters = self.letters_of_line = 0

    def start(self, name: str, attributes: Attributes) -> None:
        local = name.removeprefix(TABLE)
        if local == "table":
            self.line = self.widest = self.last_line = 0
            self.columns = 0
            self.hidden.append([])
            self.hidden_columns.append([])
            self.marks.append({})
        elif local == "table-column":
            self.add_column(attributes)
        elif local == "table-row":
            self.column = self.width = self.letters_of_line = 0
            self.line_repeats = repeats(attributes, "number-rows-repeated")
            self.is_hidden = attributes.get(f"{TABLE}visibility") in ("collapse", "filter")
        elif local in CELLS:
            self.start_cell(attributes)
        elif name.startswith(TEXT):
            self.is_filled = True
            self.add_letters(repeats(attributes, "c", TEXT) if name == SPACES else 0)

    def add_column(self, attributes: Attributes) -> None:
        first = self.columns + 1
        self.columns += repeats(attributes, "number-columns-repeated")
        is_hidden = attributes.get(f"{TABLE}visibility") in ("collapse", "filter")
        if is_hidden and first <= MOST_COLUMNS:
            self.hidden_columns[-1].append(range(first, self.columns + 1))

    def start_cell(self, attributes: Attributes) -> None:
        self.column_repeats = repeats(attributes, "number-columns-repeated")
        types = {value for key, value in attributes.items() if key.endswith("}value-type")}
        self.is_filled, self.is_error = bool(types), "error" in types
        self.is_formula = f"{TABLE}formula" in attributes
        self.shown, self.length = [], 0
        for name in REPEATED_TEXTS:
            self.add_letters(len(attributes.get(name, "")))

    def text(self, text: str) -> None:
        self.add_letters(len(text))
        self.shown.append(text)

    def add_letters(self, count: int) -> None:
        self.length += count
        if self.length > LONGEST_CELL:
            raise ReadError("long_cell")

    def end(self, name: str) -> None:
        local = name.removeprefix(TABLE)
        if local in CELLS:
            self.end_cell(local)
        elif local == "table-row":
            self.end_line()
        elif local == "table":
            self.count(self.widest * self.last_line)

    def end_cell(self, local: str) -> None:
        first, self.column = self.column + 1, self.column + self.column_repeats
        if self.is_filled:
            self.width = self.column
        if self.is_filled or self.is_formula:
            self.letters_of_line += self.length * self.column_repeats
        if self.is_error:
            self.mark(first, ["error", "".join(self.shown).strip()[:40]])
        elif self.is_formula:
            self.mark(first, ["formula", "="])
        elif local == "covered-table-cell" and not self.is_filled:
            self.mark(first, ["merged", ""])

    def mark(self, column: int, cell: Cell) -> None:
        last_column = min(column + self.column_repeats, MOST_COLUMNS + 1)
        for line in range(self.line + 1, self.line + 1 + self.line_repeats):
            for place in range(column, last_column):
                self.marks[-1][line, place] = cell
                self.marked += 1
            if self.marked > MOST_MARKS:
                raise ReadError("too_many_cells")

    def end_line(self) -> None:
        first, self.line = self.line + 1, self.line + self.line_repeats
        self.letters += self.letters_of_line * self.line_repeats
        if self.width:
            self.widest = max(self.widest, self.width)
            self.last_line = self.line
            if self.line > LAST_LINE:
                raise ReadError("far_below")
            if self.is_hidden:
                self.hidden[-1].append(range(first, self.line + 1))
        if self.widest * self.last_line > MOST_CELLS:
            raise ReadError("too_many_cells")
        if self.letters > MOST_TEXT:
            raise ReadError("too_large")

    def count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > MOST_CELLS:
            raise ReadError("too_many_cells")


class EncryptionFinder(Handler):
    def start(self, name: str, attributes: Attributes) -> None:
        if name.endswith(ENCRYPTION):
            raise ReadError("password")


def scan(package: Package) -> TableScan:
    """Raises ReadError where the tables are too large or have a password."""
    if MANIFEST in package:
        package.parse(MANIFEST, EncryptionFinder())
    found = TableScan()
    package.parse(CONTENT, found)
    return found


def repeats(attributes: Attributes, name: str, namespace: str = TABLE) -> int:
    return max(1, int(attributes.get(namespace + name, 1)))
