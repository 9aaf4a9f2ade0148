"""What kind a file is by what is in it, whatever its name says."""

import codecs
import re
from typing import BinaryIO

from .errors import ReadError
from .limits import Budget
from .zip_package import Package

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, .doc and encrypted .xlsx
OTHERS = {
    b"%PDF": ".pdf",
    b"\x1f\x8b": ".gz",
    b"{\\rtf": ".rtf",
    b"\x89PNG": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"7z\xbc\xaf": ".7z",
    b"Rar!": ".rar",
    b"BZh": ".bz2",
    b"\xfd7zXZ": ".xz",
    b"ID;P": ".slk",
    b"SQLite format 3": ".sqlite3",
}
# Names of the streams in a compound file, as they stand in it.
STREAMS = {
    "EncryptedPackage": "encrypted",
    "Workbook": ".xls",
    "Book": ".xls",
    "WordDocument": ".doc",
    "PowerPoint Document": ".ppt",
    "__properties_version1.0": ".msg",
}
PARTS = {
    "index/document.iwa": ".numbers",
    "index.zip": ".numbers",
    "word/document.xml": ".docx",
    "ppt/presentation.xml": ".pptx",
    "xl/workbook.bin": ".xlsb",
}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
HEAD = 4096  # bytes
CHUNK = 1024**2
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Markup begins so; a table does not, even if its first name stands in pointed brackets.
MARKUP = re.compile(
    r"\s*<([?!]|[a-z][\w:.-]*(\s+[\w:.-]+\s*=|/?>[ \r\n]*[^\s,;|]))|\s*mime-version:", re.IGNORECASE
)
WEB_PAGE = re.compile(
    r"<(!doctype html|html|head|body|meta|title|style|script|table|tr|td|div|center|font|span|p)\b"
    r"|\s*mime-version:",
    re.IGNORECASE,
)


def kind_of(file: BinaryIO, budget: Budget) -> str:
    """Return "xlsx", "xls", "ods" or "csv". Raises ReadError for a file of another kind."""
    file.seek(0)
    head = file.read(HEAD)
    for signature, suffix in OTHERS.items():
        if head.startswith(signature):
            raise ReadError("other_file", suffix=suffix)
    if head.startswith(COMPOUND[:4]):
        return compound_kind(file)
    if head.startswith(b"PK"):
        return archive_kind(file, budget)
    refuse_markup(head)
    return "csv"


def compound_kind(file: BinaryIO) -> str:
    names = {name.encode("utf-16-le") + b"\0\0": kind for name, kind in STREAMS.items()}
    found: set[str] = set()
    before = b""
    file.seek(0)
    while chunk := file.read(CHUNK):
        found |= {kind for name, kind in names.items() if name in before + chunk}
        before = chunk[-64:]
    if "encrypted" in found:
        raise ReadError("password")
    if ".xls" in found:
        return "xls"
    raise ReadError("other_file", suffix=next(iter(found))) if found else ReadError("damaged")


def archive_kind(file: BinaryIO, budget: Budget) -> str:
    package = Package(file, budget)
    if "mimetype" in package:
        with package.open("mimetype") as content:
            mime_type = content.read(100).decode("ascii", "replace").strip()
        if mime_type.startswith(OPEN_DOCUMENT):
            return "ods"
        if "opendocument" in mime_type:
            raise ReadError("other_file", suffix=".odt")
    for part, suffix in PARTS.items():
        if part in package:
            raise ReadError("other_file", suffix=suffix)
    return "xlsx"


def refuse_markup(head: bytes) -> None:
    encoding = next((it for mark, it in BYTE_ORDER_MARKS.items() if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    if not MARKUP.match(text):
        return
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise ReadError("xml_2003")
    raise ReadError("web_page" if WEB_PAGE.search(text) else "xml")
