"""The streams of a compound file, in which .xls keeps its workbook (MS-CFB)."""

import struct
from typing import BinaryIO

from ..errors import ReadError

HEADER = 512  # bytes
ENTRY = 128  # bytes of the directory
LAST_SECTOR = 0xFFFFFFFA  # greater numbers end a chain
IN_HEADER = 109  # sectors of the allocation table that the header names


class CompoundFile:
    """Raises ReadError where its chains of sectors lead nowhere or in a circle."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self.content = file.read()
        if len(self.content) < HEADER:
            raise ReadError("damaged")
        shift, mini_shift = struct.unpack_from("<HH", self.content, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ReadError("damaged")
        self.size, self.mini_size = 1 << shift, 1 << mini_shift
        self.table = self.allocation_table()
        directory, self.smallest, mini_table = self.numbers(48, 1) + self.numbers(56, 2)
        self.directory = self.chain(directory)
        self.mini_table = as_numbers(self.chain(mini_table))

    def numbers(self, start: int, count: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{count}I", self.content, start)

    def sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if number > LAST_SECTOR or start >= len(self.content):
            raise ReadError("damaged")
        return self.content[start : start + self.size]

    def allocation_table(self) -> tuple[int, ...]:
        sectors = [*self.numbers(76, IN_HEADER)]
        following = self.numbers(68, 1)[0]
        while following <= LAST_SECTOR and len(sectors) * self.size < len(self.content):
            *more, following = as_numbers(self.sector(following))
            sectors += more
        table = b"".join(self.sector(number) for number in sectors if number <= LAST_SECTOR)
        return as_numbers(table)

    def chain(self, number: int) -> bytes:
        """Return what the sectors from this one on hold, one after the other."""
        parts: list[bytes] = []
        while number <= LAST_SECTOR:
            parts.append(self.sector(number))
            if number >= len(self.table) or len(parts) * self.size > len(self.content):
                raise ReadError("damaged")
            number = self.table[number]
        return b"".join(parts)

    def mini_chain(self, number: int, root: int) -> bytes:
        """Like `chain`, of a small stream, which is kept in pieces of the root's."""
        whole = self.chain(root)
        parts: list[bytes] = []
        while number <= LAST_SECTOR:
            parts.append(whole[number * self.mini_size : (number + 1) * self.mini_size])
            if number >= len(self.mini_table) or len(parts) > len(self.mini_table):
                raise ReadError("damaged")
            number = self.mini_table[number]
        return b"".join(parts)

    def stream(self, *names: str) -> bytes:
        """Return the first stream of one of these names."""
        root = struct.unpack_from("<I", self.directory, 116)[0]
        for start in range(0, len(self.directory) - ENTRY + 1, ENTRY):
            length = struct.unpack_from("<H", self.directory, start + 64)[0]
            name = self.directory[start : start + max(0, min(length, 64) - 2)]
            first, size = struct.unpack_from("<II", self.directory, start + 116)
            if name.decode("utf-16-le", "replace") in names:
                is_small = size < self.smallest
                content = self.mini_chain(first, root) if is_small else self.chain(first)
                return content[:size]
        raise ReadError("damaged")


def as_numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])
