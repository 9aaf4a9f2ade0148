"""The text of a cell, without what nobody can see at its ends."""

import re

from .limits import LONGEST_TEXT, Budget

Cell = str | list[str]

# Spaces of every kind, control characters, and marks without width: Unicode's Z, Cc and Cf.
EDGES = "".join(
    map(
        chr,
        (
            *range(0x21),
            *range(0x7F, 0xA1),
            *(0xAD, 0x61C, 0x115F, 0x1160, 0x1680, 0x180E),
            *range(0x2000, 0x2010),
            *range(0x2028, 0x2030),
            *range(0x205F, 0x2070),
            *(0x2800, 0x3000, 0x3164, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFA, 0xFFFB),
        ),
    )
)
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def trimmed(text: str) -> str:
    return text.strip(EDGES)


def text_cell(text: str, budget: Budget, kind: str = "") -> Cell:
    """Return `text` as a cell of a row, empty if it shows nothing.

    `kind` is empty where the file does not tell text from numbers. Text that is far too long is
    cut, and its kind is "long".
    """
    text = text.strip(EDGES)
    if not text:
        return ""
    if len(text) > LONGEST_TEXT:
        kind, text = "long", text[:100]
    budget.spend_text(len(text))
    return [kind, text] if kind else text


def unescaped(text: str) -> str:
    """Return what a workbook means by escapes such as `_x000D_`."""
    if "_x" not in text:
        return text
    text = ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def displayed(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[1]
