"""QR symbols, the very ones that segno makes, for many texts that are alike.

What one bit of a text changes in its symbol is the same whatever the other bits are: the codewords
of recovery are linear, and a mask is added to them. So segno draws one of the texts in all masks,
and each bit in which others differ once; what is left is exclusive or, and to choose the mask.

The modules of a symbol are one number, black is 1: row by row, then the same column by column.
Behind each line follow `GAP` white ones, so that what is said of a line is said of all at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import xor

import segno
from segno.encoder import make_matrix

from ..rules.batch_code import LENGTH

GAP = 4  # as much white as a finder pattern needs beside it
MASKS = range(8)
DIGITS = bytes.maketrans(b"\0\1", b"01")


@dataclass(frozen=True)
class Symbol:
    """A QR symbol of so many modules a side, without its quiet zone."""

    side: int
    modules: int

    def rows(self) -> list[str]:
        """Its modules as 1 for black and 0 for white."""
        digits, step = f"{self.modules:b}", self.side + GAP  # the first module is always black
        return [digits[begin : begin + self.side] for begin in range(0, self.side * step, step)]


def symbol_of(text: str) -> Symbol:
    """The symbol of `text`, which is ASCII; recovery is level M, or better if that costs nothing.

    It is quick for a text that is like earlier ones but for its last letters, a batch's code.
    """
    content = text.encode("ascii")
    usual = content[:-LENGTH].ljust(len(content), b"0")
    side, masked = drawn_in_all_masks(usual)
    differing = int.from_bytes(content) ^ int.from_bytes(usual)
    bits = (bit for bit in range(8 * LENGTH) if differing >> bit & 1)
    change = reduce(xor, (changed_by(bit, usual) for bit in bits), 0)
    return Symbol(side, min((it ^ change for it in masked), key=lambda it: penalty(it, side)))


@lru_cache(maxsize=16)
def drawn_in_all_masks(text: bytes) -> tuple[int, list[int]]:
    """The side of its symbol, and that symbol's modules for each mask."""
    matrices = [drawn(text, mask) for mask in MASKS]
    return len(matrices[0]), [in_lines(it) for it in matrices]


@lru_cache(maxsize=1024)
def changed_by(bit: int, text: bytes) -> int:
    """The modules that are others once `bit` of `text`, counted from its end, is another."""
    other = (int.from_bytes(text) ^ 1 << bit).to_bytes(len(text))
    _side, masked = drawn_in_all_masks(text)
    return masked[0] ^ in_lines(drawn(other, MASKS[0]))


def drawn(text: bytes, mask: int) -> tuple[bytearray, ...]:
    return segno.make_qr(text, error="m", mode="byte", mask=mask).matrix


def in_lines(matrix: Iterable[Iterable[int]]) -> int:
    rows = [bytes(row) for row in matrix]
    lines = [*rows, *map(bytes, zip(*rows, strict=True))]
    return int(bytes(GAP).join([*lines, b""]).translate(DIGITS), 2)


def penalty(modules: int, side: int) -> int:
    """How hard a symbol is to read: ISO/IEC 18004:2015, 7.8.3, as segno understands it."""
    modules &= is_judged(side)
    same = has_next(side) & ~(modules ^ modules << 1)
    pairs = same & same << 1
    fives = pairs & pairs << 2  # five in a row, from here on
    runs = fives & ~(fives << 1)
    below = side + GAP
    blocks = same & same << below & ~(modules ^ modules << below) & has_next_and_below(side)
    percent = modules.bit_count() / 2 / side**2 * 100
    return (
        fives.bit_count()
        + 2 * runs.bit_count()
        + 3 * blocks.bit_count()
        + 40 * like_finders(modules).bit_count()
        + 10 * int(abs(percent - 50) / 5)
    )


def like_finders(modules: int) -> int:
    """Where 1011101 begins, with white of 4 modules on one side; not what overlaps an earlier."""
    black = [modules << step for step in range(7)]
    found = black[0] & ~black[1] & black[2] & black[3] & black[4] & ~black[5] & black[6]
    any_of_four = black[0] | black[1] | black[2] | black[3]
    found &= ~(any_of_four << 7 & any_of_four >> 4)
    return found & ~(found >> 4 | found >> 6)


@cache
def has_next(side: int) -> int:
    """The modules that are not the last ones of their lines."""
    return int(("1" * (side - 1) + "0" * (GAP + 1)) * side * 2, 2)


@cache
def has_next_and_below(side: int) -> int:
    """Of those, the ones in rows, without the last row."""
    others = (side + 1) * (side + GAP)
    return has_next(side) >> others << others


@cache
def is_judged(side: int) -> int:
    """All modules but those that tell mask and version, which are white until it is chosen."""
    matrix = make_matrix(side, side)  # type: ignore[no-untyped-call]
    return in_lines([[module != 0 for module in row] for row in matrix])
