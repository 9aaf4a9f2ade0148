"""Files made to take all memory or time: refused within limits that hold on every system."""

import io
import json
import re
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from batches.models import Import
from batches.spreadsheets.importing import read_file
from batches.spreadsheets.importing.messages import sentence, unreadable_message
from batches.spreadsheets.reader.errors import ReadError
from batches.spreadsheets.reader.limits import Budget
from conftest import words

from .raw_workbooks import (
    NAMES,
    ROW,
    STYLES,
    VALUES,
    code_of,
    raw_workbook,
    row,
    table_in,
    text_cell,
)
from .test_file_kinds import OPEN_HEADER, open_document, open_row, open_text
from .test_import import upload

READER = Path(settings.BASE_DIR) / "batches/spreadsheets/reader"
MOST_MEMORY = 150 * 10**6  # bytes, beside the file itself
MOST_WORK = 15.0  # seconds of a processor; a few are usual
EMPTY = "<c/>"
CSV_HEADER = ",".join(NAMES).encode() + b"\n"


def shared(count: int, piece: str) -> Iterator[str]:
    return (piece * 1000 for _ in range(count // 1000))


def numbered(count: int, piece: str) -> Iterator[str]:
    """`piece` so often, with another number each time."""
    return (piece.replace("#", str(number)) for number in range(count))


def referring(rows: int, cells: int) -> Iterator[str]:
    return (row(*['<c t="s"><v>0</v></c>'] * cells) for _ in range(rows))


def lying_package() -> bytes:
    """The sheet is said to unpack to ten bytes."""
    content = bytearray(raw_workbook())
    entry = content.rfind(b"xl/sheet.xml") - 46
    struct.pack_into("<I", content, entry + 24, 10)
    return bytes(content)


def many_parts() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for number in range(20_000):
            package.writestr(f"p{number}", "")
    return file.getvalue()


def formats(code: str) -> list[str]:
    return [f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>{STYLES}']


def repeated(rows: int, columns: int) -> bytes:
    cell = open_text("x", f'table:number-columns-repeated="{columns}"')
    again = f'table:number-rows-repeated="{rows}"'
    return open_document(OPEN_HEADER, open_row(cell, attributes=again))


def repeated_text(text: str, columns: int, attributes: str = "") -> bytes:
    """A row of one long text, again and again."""
    cell = open_text(text, f'{attributes} table:number-columns-repeated="{columns}"')
    again = 'table:number-rows-repeated="40000"'
    return open_document(OPEN_HEADER, open_row(cell, attributes=again))


def old_excel_of_long_texts() -> bytes:
    """An .xls of which 200,000 cells refer to one text of 16,000 letters, kept in two records."""
    text = struct.pack("<HBH", 16_000, 8, 1) + b"A" * 8_000
    shared = struct.pack("<II", 200_000, 1) + text
    records = record(0xFC, shared) + record(0x3C, b"\1" + b"A\0" * 8_000 + b"\0" * 4)
    start = len(record(0x809, BEGIN)) + len(record(0x85, b"\0" * 9)) + len(records) + 4
    sheet = struct.pack("<IHBB", start, 0, 1, 0) + b"S"
    cells = (struct.pack("<HHHI", number, 0, 0, 0) for number in range(40_000))
    content = record(0x809, BEGIN) + record(0x85, sheet) + records + record(10)
    content += record(0x809, BEGIN) + b"".join(record(0xFD, cell) * 5 for cell in cells)
    return compound_file(content + record(10))


BEGIN = struct.pack("<HHIII", 0x600, 0x10, 0, 0, 0)


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def compound_file(content: bytes) -> bytes:
    """A compound file whose only stream is the workbook, of sectors of 512 bytes."""
    size = -(-len(content) // 512)
    tables = -(-(size + 1) // 127)
    end, table, free = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
    chain = [*range(1, size), end, end, *[table] * tables]
    chain += [free] * (tables * 128 - len(chain))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0")
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    head += struct.pack("<8I", tables, size, 0, 4096, end, 0, end, 0)
    numbers = [*range(size + 1, size + 1 + tables)]
    head += struct.pack("<109I", *numbers, *[free] * (109 - tables))
    root, stream = entry("Root Entry", 5, 1, end, 0), entry("Workbook", 2, free, 0, len(content))
    return b"".join(
        (head, content.ljust(size * 512, b"\0"), (root + stream).ljust(512, b"\0"))
    ) + struct.pack(f"<{len(chain)}I", *chain)


def entry(name: str, kind: int, child: int, first: int, length: int) -> bytes:
    letters = f"{name}\0".encode("utf-16-le")
    head = letters.ljust(64, b"\0") + struct.pack(
        "<HBB3I", len(letters), kind, 1, *[2**32 - 1] * 2, child
    )
    return head + b"\0" * 36 + struct.pack("<IQ", first, length)


def old_excel(first_line: int, lines: int) -> bytes:
    """An .xls whose sheets say that they have so many lines."""
    content = (Path(__file__).parent / "files/stock.xls").read_bytes()
    begin = struct.pack("<HH", 0x0200, 14)
    parts = content.split(begin)
    lie = struct.pack("<II", first_line, lines)
    return begin.join([parts[0], *(lie + part[8:] for part in parts[1:])])


MERGE = '<mergeCell ref="A2:XFD1048576"/>'
ATTACKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "one long text in many cells": (
        lambda: raw_workbook(referring(3_500, 1), shared=[f"<si><t>{'A' * 330_000}</t></si>"]),
        "long_cell",
    ),
    "one text of Excel's own length in all cells": (
        lambda: raw_workbook(referring(50_000, 6), shared=[f"<si><t>{'A' * 2_000}</t></si>"]),
        "too_large",
    ),
    "a text in many pieces": (
        lambda: raw_workbook(shared=["<si>", *["<r><t>AAAA</t></r>"] * 20_000, "</si>"]),
        "long_cell",
    ),
    "a number format of a million zeros": (
        lambda: raw_workbook(styles=formats("0" * 1_000_000)),
        "hostile",
    ),
    "many number formats": (
        lambda: raw_workbook(
            styles=["<numFmts>", *numbered(6_000, '<numFmt numFmtId="#" formatCode="0"/>')]
        ),
        "hostile",
    ),
    "a million styles": (
        lambda: raw_workbook(styles=["<cellXfs>", *shared(10**6, "<xf/>"), "</cellXfs>"]),
        "hostile",
    ),
    "six million empty cells": (
        lambda: raw_workbook(row(EMPTY * 6_000) for _ in range(1_000)),
        "too_many_cells",
    ),
    "six million empty cells in one row": (
        lambda: raw_workbook(["<row>", *shared(6 * 10**6, EMPTY), "</row>"]),
        "too_many_cells",
    ),
    "two million texts": (
        lambda: raw_workbook(shared=numbered(2 * 10**6, "<si><t>#</t></si>")),
        "too_large",
    ),
    "two million empty texts": (
        lambda: raw_workbook(shared=shared(2 * 10**6, "<si/>")),
        "too_large",
    ),
    "deep nesting": (lambda: raw_workbook(before="<a>" * 100_000), "hostile"),
    "many names": (lambda: raw_workbook(numbered(100_000, "<a#/>")), "hostile"),
    "many namespaces": (
        lambda: raw_workbook(numbered(100_000, '<a xmlns:p#="u"/>')),
        "hostile",
    ),
    "a huge tag": (lambda: raw_workbook(["<a b='", *shared(5 * 10**7, "x"), "'/>"]), "hostile"),
    "a huge comment": (lambda: raw_workbook(["<!--", *shared(5 * 10**7, "x"), "-->"]), "hostile"),
    "a huge cell": (
        lambda: raw_workbook(
            ['<row><c t="inlineStr"><is><t>', *shared(5 * 10**7, "x"), "</t></is></c></row>"]
        ),
        "long_cell",
    ),
    "many sheets": (lambda: raw_workbook(in_workbook='<sheet name="S"/>' * 10**4), "too_large"),
    "many merged cells": (
        lambda: raw_workbook(after=f"<mergeCells>{MERGE * 110_000}</mergeCells>"),
        "too_many_cells",
    ),
    "cells that are merged again and again": (
        lambda: raw_workbook([ROW] * 10_000, after=f"<mergeCells>{MERGE * 1_000}</mergeCells>"),
        "too_many_cells",
    ),
    "many columns with a width": (
        lambda: raw_workbook(before="<cols>" + "<col min='1'/>" * 20_000 + "</cols>"),
        "hostile",
    ),
    "a size that is smaller than the part": (lying_package, "damaged"),
    "many parts": (many_parts, "too_large"),
    "a table repeated downwards": (lambda: repeated(1_000_000, 6), "too_many_cells"),
    "a table repeated sideways": (lambda: repeated(1, 1_000_000), "far_right"),
    "a table repeated in both directions": (lambda: repeated(10**6, 10**6), "too_many_cells"),
    "a table repeated without end": (lambda: repeated(10**30, 1), "far_below"),
    "a long text repeated in both directions": (
        lambda: repeated_text("A" * 30_000, 100),
        "too_large",
    ),
    "a long hidden text repeated": (
        lambda: repeated_text("A", 5, f'office:string-value="{"A" * 1_900}"'),
        "too_large",
    ),
    "two billion spaces": (
        lambda: repeated_text('A<text:s text:c="2000000000"/>', 1),
        "long_cell",
    ),
    "an old file of one long text in many cells": (old_excel_of_long_texts, "too_large"),
    "an old file of lines that are only said": (
        lambda: old_excel(0, 2**32 - 1),
        "too_many_cells",
    ),
    "an old file of fewer lines than none": (lambda: old_excel(2**31, 1), "damaged"),
    "a line of 25 MB": (lambda: CSV_HEADER + b"x" * 25_000_000, "long_line"),
    "25 million commas": (lambda: CSV_HEADER + b"," * 25_000_000, "long_line"),
    "25 million commas in lines": (
        lambda: CSV_HEADER + (b"," * 190_000 + b"\n") * 130,
        "too_many_cells",
    ),
    "25 million empty lines": (lambda: CSV_HEADER + b"\n" * 25_000_000, "far_below"),
    "a million columns": (lambda: b",".join([b"x"] * 10**6), "long_line"),
    "emoji": (lambda: CSV_HEADER + "😀".encode() * 6_000_000, "long_line"),
    "text without end": (
        lambda: CSV_HEADER + (b"x" * 1_990 + b",a,b,c\n") * 12_000,
        "too_large",
    ),
}


MEASURE = f"""
import io, json, re, sys, time
from pathlib import Path
from batches.spreadsheets.reader.columns import normalized
from batches.spreadsheets.reader.errors import ReadError
from batches.spreadsheets.reader.table import Request, read_table
request = Request({{normalized(name): name for name in {NAMES!r}}}, {NAMES[:4]!r})
file, code = io.BytesIO(sys.stdin.buffer.read()), ""
begun = time.process_time()
try:
    read_table(file, request)
except ReadError as error:
    code = error.code
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
print(json.dumps([code, time.process_time() - begun, int(peak[1]) * 1024 if peak else 0]))
"""


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_file_is_refused_in_little_memory_and_time(name: str) -> None:
    """By the reader's own limits: those of its process are not set here."""
    make, code = ATTACKS[name]
    content = make()
    found, seconds, memory = json.loads(run_python(MEASURE, content))
    assert found == code
    assert seconds < MOST_WORK
    assert memory - len(content) < MOST_MEMORY


def run_python(program: str, content: bytes = b"") -> bytes:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=content, capture_output=True, cwd=settings.BASE_DIR)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "name", ["one long text in many cells", "six million empty cells", "25 million commas"]
)
def test_a_hostile_upload_is_answered_in_words(staff_client: Client, name: str) -> None:
    make, code = ATTACKS[name]
    response = upload(staff_client, make(), "b.xlsx")
    assert response.status_code == 422
    assert sentence(code) in words(response.content)
    assert not Import.objects.exists()


def test_a_reader_that_takes_too_long_is_stopped_and_told(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_file, "PATIENCE", 0.001)
    response = upload(staff_client, raw_workbook(), "b.xlsx")
    assert response.status_code == 422
    assert "far more time or memory" in words(response.content)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds to a limit of memory")
def test_the_reader_cannot_take_all_memory() -> None:
    program = """
from batches.spreadsheets.reader.__main__ import MOST_MEMORY, limit_memory_and_time
limit_memory_and_time()
try:
    bytearray(MOST_MEMORY)
except MemoryError:
    print("refused")
"""
    assert run_python(program) == b"refused\n"


def test_the_reader_needs_neither_django_nor_what_windows_lacks() -> None:
    program = """
import sys
sys.modules["resource"] = sys.modules["fcntl"] = None
from batches.spreadsheets.reader.__main__ import limit_memory_and_time
limit_memory_and_time()
print("django" in sys.modules)
"""
    assert run_python(program) == b"False\n"


def test_work_without_end_is_stopped() -> None:
    budget = Budget(seconds=0)
    with pytest.raises(ReadError, match="too_slow"):
        budget.spend_bytes(1)


def test_each_reason_has_its_sentence() -> None:
    source = "".join(path.read_text() for path in READER.glob("*.py"))
    codes = set(re.findall(r'ReadError\(\s*"(\w+)"', source)) | {"busy"}
    assert len({sentence(code) for code in codes}) == len(codes)
    assert all(unreadable_message(code) for code in codes)


def test_fifty_thousand_rows_of_text_are_read() -> None:
    cells = [*VALUES, text_cell("Farm of some length"), text_cell("L-0123456789")]
    assert len(table_in(raw_workbook([row(*cells)] * 50_000)).rows) == 50_000


def test_a_hundred_columns_of_which_most_are_not_known_are_told_at_once() -> None:
    header = row(*map(text_cell, NAMES), *(text_cell(f"c{number}") for number in range(94)))
    content = raw_workbook([row(*[text_cell("some text")] * 100)] * 20_000, header=header)
    begun = time.thread_time()
    assert code_of(content) == "unknown_columns"
    assert time.thread_time() - begun < 2
