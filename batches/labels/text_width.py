"""How much room words take on a label, before any printer or browser has drawn them."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LINE_HEIGHT = 1.2  # of the size of the type
CODE_WIDTH = 0.61  # em of a letter in the widest of the usual fixed-width fonts

# The wider of Arial Bold and Noto Sans Bold, in em: letters of one class, and all the others.
WIDTHS = {
    **dict.fromkeys("ijlıιїі.,:;'’|!·  ", 0.31),
    **dict.fromkeys('frtIİΙІ()[]{}/\\-‐"*`', 0.46),
    **dict.fromkeys("mwMW%@&ωψφΦΨΩжшщыюфЖШЩЫЮФМœæŒÆ—…", 1.0),
    **dict.fromkeys("ШЩЮسشصض", 1.12),
    "﷽": 8.0,
}
CAPITAL, SMALL, UNCASED, FULL, PICTURE = 0.81, 0.67, 0.9, 1.0, 1.4


@lru_cache(maxsize=4096)
def char_width(char: str) -> float:
    """The width of one character in em."""
    if char in WIDTHS:
        return WIDTHS[char]
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return 0
    if category == "So":
        return PICTURE
    if unicodedata.east_asian_width(char) in "WF":
        return FULL
    if category == "Lo" and unicodedata.bidirectional(char) == "L":
        return UNCASED
    return CAPITAL if char.isupper() else SMALL


@lru_cache(maxsize=4096)
def width(text: str) -> float:
    """The width of `text` on one line, in em; rather too wide than too narrow."""
    return sum(map(char_width, text))


@lru_cache(maxsize=65536)
def wrapped(text: str, limit: float) -> tuple[str, ...]:
    """`text` in lines of at most `limit` em. A word that is longer than a line is broken."""
    if width(text) <= limit:
        return (text,)
    lines, used = [""], 0.0
    for piece in pieces(text):
        parts = [piece] if width(piece.rstrip()) <= limit else list(piece)
        for part in parts:
            if lines[-1] and used + width(part.rstrip()) > limit:
                lines.append("")
                used = 0
            lines[-1] += part
            used += width(part)
    return tuple(line.strip() for line in lines if line.strip())


@lru_cache(maxsize=4096)
def pieces(text: str) -> list[str]:
    """What stays on one line where it can: words with the space after them, or wide characters."""
    found: list[str] = []
    for char in text:
        starts = not found or found[-1][-1] in " -" or unicodedata.east_asian_width(char) in "WF"
        if starts and char != " ":
            found.append(char)
        elif found:
            found[-1] += char
    return found


@dataclass(frozen=True)
class Line:
    """What a label says of one field; `scale` is its type against the label's own.

    A line that `is_whole` is never broken; of the others, names look well in two rows.
    """

    field: str
    text: str
    scale: float = 1
    is_whole: bool = False

    @property
    def may_wrap(self) -> bool:
        return self.field in ("product", "shop")

    def em(self) -> float:
        """Its width where nothing breaks it, in em of the label's own type."""
        em = CODE_WIDTH * len(self.text) if self.field == "code" else width(self.text)
        return em * self.scale

    def breaks(self, limit: float) -> bool:
        """Whether a single word is wider than a row of `limit` em of the label's own type."""
        return any(width(piece.rstrip()) * self.scale > limit for piece in pieces(self.text))

    def rows(self, limit: float) -> tuple[str, ...]:
        """Its text, broken where a row holds `limit` em of the label's own type."""
        return (self.text,) if self.is_whole else wrapped(self.text, limit / self.scale)


def height(lines: Iterable[Line], limit: float) -> float | None:
    """The height of `lines` in em, where a row holds `limit` em; None where one is too wide."""
    if any(line.is_whole and line.em() > limit for line in lines):
        return None
    return sum(len(line.rows(limit)) * line.scale * LINE_HEIGHT for line in lines)
