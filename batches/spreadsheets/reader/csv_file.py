"""The lines of a CSV file, read one by one."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import BinaryIO

from .cell_text import text_cell, trimmed
from .columns import normalized
from .errors import ReadError
from .limits import LAST_LINE, MOST_COLUMNS, Budget
from .xlsx.sheet import Line

LONGEST_LINE = 200_000  # letters
CHUNK = 1024**2
DELIMITERS = (",", ";", "\t")
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
NO_TEXT_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f]")

csv.field_size_limit(LONGEST_LINE)


def delimited_lines(file: BinaryIO, known: Mapping[str, str], budget: Budget) -> Iterator[Line]:
    """The lines of a CSV file. Raises ReadError on the way."""
    file.seek(0)
    encoding = UTF_16.get(file.read(2), "utf-8-sig")
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield from records(text_lines(text, budget), known, budget)
    except UnicodeDecodeError:
        is_binary = encoding == "utf-16" or holds_no_text(file)
        raise ReadError("no_table" if is_binary else "not_utf8") from None
    finally:
        text.detach()


def records(lines: Iterator[str], known: Mapping[str, str], budget: Budget) -> Iterator[Line]:
    first = 1
    before: list[str] = []
    for line in lines:
        if not before and first == 1 and line[:4].lower() == "sep=":  # what Excel writes for itself
            first = 2
            continue
        before.append(line)
        if trimmed(line):
            break
    delimiter = delimiter_of(before[-1] if before else "", known)
    reader = csv.reader(chain(before, lines), delimiter=delimiter, strict=True)
    number = first - 1
    try:
        for number, cells in enumerate(reader, first):
            budget.spend_cells(len(cells))
            yield Line(number, cells_of(cells, budget))
    except csv.Error:
        raise ReadError("not_quite_csv", line=number + 1) from None


def cells_of(cells: list[str], budget: Budget) -> list[str | list[str]]:
    """What the cells hold; all that stand right of any table as one."""
    kept = [text_cell(cell, budget) for cell in cells[:MOST_COLUMNS]]
    kept.append("".join(map(trimmed, cells[MOST_COLUMNS:]))[:40])
    return kept


def text_lines(text: io.TextIOWrapper, budget: Budget) -> Iterator[str]:
    count = 0
    while line := text.readline(LONGEST_LINE + 1):
        count += 1
        if len(line) > LONGEST_LINE:
            raise ReadError("long_line")
        if count > LAST_LINE:
            raise ReadError("far_below")
        if NO_TEXT.search(line):
            raise ReadError("no_table")
        if count % 1000 == 0:
            budget.check_time()
        yield line


def holds_no_text(file: BinaryIO) -> bool:
    file.seek(0)
    return any(NO_TEXT_BYTES.search(chunk) for chunk in iter(lambda: file.read(CHUNK), b""))


def delimiter_of(header: str, known: Mapping[str, str]) -> str:
    """Whichever splits the first line into most names that are known, or at all."""

    def count(delimiter: str) -> tuple[int, int]:
        names: Iterable[str] = header.split(delimiter)[: MOST_COLUMNS + 1]
        return len({normalized(name) for name in names} & known.keys()), header.count(delimiter)

    return max(DELIMITERS, key=count)
