"""The names above a table's columns, and which of the known columns each means."""

import unicodedata
from collections.abc import Mapping, Sequence

from .cell_text import Cell, displayed, trimmed
from .errors import ReadError
from .limits import MOST_COLUMNS

AROUND = "\"'“”„‟«»‹›‘’‚`´:*"
APOSTROPHES = str.maketrans(dict.fromkeys("'’‘ʼ´`"))
SPACES = str.maketrans("_-–—‐‑./\\", " " * 9)


def normalized(name: str) -> str:
    """Return the same for names that differ in capitals, accents, spaces, hyphens or quotes.

    The dotless i of Turkish is like any other, as capitals do not tell the two apart.
    """
    name = trimmed(trimmed(name).strip(AROUND)).casefold().replace("ı", "i")
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return " ".join(visible.translate(APOSTROPHES).translate(SPACES).split())


def names_in(cells: Sequence[Cell]) -> list[str]:
    """Return what stands above the columns. Raises ReadError if it is too much for a table."""
    names = [trimmed(displayed(cell)).strip("\"'") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise ReadError("too_many_columns")
    return names


def known_columns(names: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """Return for each name the column it means, or the name itself if it means none."""
    return [known.get(normalized(name), name.casefold()) for name in names]


def check_columns(
    names: Sequence[str], columns: Sequence[str], known: Mapping[str, str], required: Sequence[str]
) -> None:
    """Raise ReadError for a column that is there twice, missing or not known."""
    by_column: dict[str, list[str]] = {}
    for name, column in zip(names, columns, strict=True):
        by_column.setdefault(column, []).append(name)
    twice = [same for column, same in by_column.items() if column and len(same) > 1]
    if twice:
        is_same = len(set(map(normalized, twice[0]))) == 1
        raise ReadError("same_name" if is_same else "same_meaning", names=twice[0])
    if missing := [column for column in required if column not in by_column]:
        raise ReadError("missing_columns", names=missing)
    known_names = set(known.values())
    unknown = [
        name for name, column in zip(names, columns, strict=True) if column not in known_names
    ]
    if unknown:
        raise ReadError("unknown_columns", names=unknown)
