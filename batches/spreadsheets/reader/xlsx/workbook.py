"""An Excel workbook: its sheets, shared texts and number formats.

The parts are found by their relationships, in the older kind of Office XML and in the strict one.
openpyxl is not used to read: it knows no strict files, undoes only some escapes, and holds a row
or a part in memory before anybody can count what is in it.
"""

from array import array
from typing import BinaryIO, NamedTuple

from ..cell_text import unescaped
from ..errors import ReadError
from ..limits import LONGEST_CELL, Budget
from ..xml_stream import Attributes, Handler
from ..zip_package import Package
from .number_formats import LONGEST_FORMAT, format_codes
from .sheet import SheetReader

MAIN = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
REFERENCE = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships}id",
}
MOST_SHEETS = 200
LONGEST_TITLE = 100  # letters; Excel's own are up to 31
MOST_SHARED_TEXTS = 1_000_000
MOST_SHARED_LETTERS = 30_000_000
MOST_STYLES = 70_000  # Excel's own limit is 65,490
MOST_FORMATS = 5_000


class Sheet(NamedTuple):
    title: str
    is_visible: bool
    part: str


class Workbook:
    def __init__(self, file: BinaryIO, budget: Budget) -> None:
        self.package = Package(file, budget)
        main = main_part(self.package)
        handler = WorkbookHandler()
        self.package.parse(main, handler)
        relationships = self.package.relationships(main)
        self.is_1904 = handler.is_1904
        self.sheets = [
            Sheet(title, is_visible, relationships[reference].target)
            for title, is_visible, reference in handler.sheets
            if reference in relationships and relationships[reference].kind == "worksheet"
        ]
        texts, styles = SharedTextHandler(), StyleHandler()
        for relationship in relationships.values():
            if relationship.kind == "sharedStrings" and not texts.texts:
                part = relationship.target
                self.package.refuse_too_many(part, "si", MOST_SHARED_TEXTS, "too_large")
                self.package.parse(part, texts)
            elif relationship.kind == "styles" and not styles.used:
                self.package.parse(relationship.target, styles)
        self.texts = texts.texts
        self.formats = format_codes(styles.custom, iter(styles.used)) or ["General"]

    def reader(self, sheet: Sheet) -> SheetReader:
        return SheetReader(self.package, sheet.part, self.texts, self.formats, self.is_1904)


def main_part(package: Package) -> str:
    """Return the name of the workbook's main part. Raises ReadError if it is no workbook."""
    targets = [it.target for it in package.relationships().values() if it.kind == "officeDocument"]
    if not targets:
        raise ReadError("no_workbook")
    if targets[0].endswith(".bin"):
        raise ReadError("other_file", suffix=".xlsb")
    return targets[0]


class WorkbookHandler(Handler):
    def __init__(self) -> None:
        self.is_1904 = False
        self.is_workbook = False
        self.sheets: list[tuple[str, bool, str]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        namespace, _, local = name.rpartition("}")
        if not self.is_workbook:
            self.is_workbook = namespace in MAIN and local == "workbook"
            if not self.is_workbook:
                raise ReadError("no_workbook")
        elif namespace not in MAIN:
            return
        elif local == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true", "on")
        elif local == "sheet":
            self.add_sheet(attributes)

    def add_sheet(self, attributes: Attributes) -> None:
        if len(self.sheets) == MOST_SHEETS:
            raise ReadError("too_large")
        reference = next((attributes[name] for name in REFERENCE if name in attributes), "")
        title = unescaped(attributes.get("name", ""))[:LONGEST_TITLE]
        is_visible = attributes.get("state", "visible") == "visible"
        self.sheets.append((title, is_visible, reference))


class SharedTextHandler(Handler):
    """The texts that cells refer to by number. Of a text in several fonts, all pieces are one."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.letters = self.length = self.ignored = 0
        self.is_text = False

    def start(self, name: str, attributes: Attributes) -> None:
        local = name.rpartition("}")[2]
        if local == "si":
            self.pieces, self.length = [], 0
        elif local == "rPh":  # how it is pronounced, which is not shown in the cell
            self.ignored += 1
        elif local == "t":
            self.is_text = not self.ignored

    def text(self, text: str) -> None:
        if self.is_text:
            self.length += len(text)
            if self.length > LONGEST_CELL * 2:  # escapes are longer than what they mean
                raise ReadError("long_cell")
            self.pieces.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local == "t":
            self.is_text = False
        elif local == "rPh":
            self.ignored -= 1
        elif local == "si":
            self.add(unescaped("".join(self.pieces)))

    def add(self, text: str) -> None:
        self.letters += len(text)
        if len(text) > LONGEST_CELL:
            raise ReadError("long_cell")
        if len(self.texts) == MOST_SHARED_TEXTS or self.letters > MOST_SHARED_LETTERS:
            raise ReadError("too_large")
        self.texts.append(text)


class StyleHandler(Handler):
    """The number formats of the workbook's own, and which one each style of cells has."""

    def __init__(self) -> None:
        self.custom: dict[int, str] = {}
        self.used = array("L")
        self.is_in_cell_styles = False

    def start(self, name: str, attributes: Attributes) -> None:
        local = name.rpartition("}")[2]
        if local == "numFmt" and not self.used:
            code = attributes.get("formatCode", "")
            if len(code) > LONGEST_FORMAT or len(self.custom) == MOST_FORMATS:
                raise ReadError("hostile")
            self.custom[int(attributes.get("numFmtId", 0))] = unescaped(code)
        elif local == "cellXfs":
            self.is_in_cell_styles = True
        elif local == "xf" and self.is_in_cell_styles:
            if len(self.used) == MOST_STYLES:
                raise ReadError("hostile")
            self.used.append(int(attributes.get("numFmtId", 0)))

    def end(self, name: str) -> None:
        if name.endswith("}cellXfs"):
            self.is_in_cell_styles = False
