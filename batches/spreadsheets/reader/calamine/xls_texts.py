"""How long the texts are that the cells of an .xls file share (MS-XLS, 2.4.265)."""

import struct
from collections.abc import Sequence

WIDE, FOREIGN, RICH = 0x01, 0x04, 0x08  # flags of a text
HEADER = 8  # bytes before the first text


def text_lengths(records: Sequence[bytes]) -> list[int]:
    """Return the letters of each text. The first of `records` is continued in the others.

    Raises struct.error or IndexError where a text is cut off.
    """
    reader = TextReader(records)
    return [reader.read_length() for _text in range(reader.count)]


class TextReader:
    def __init__(self, records: Sequence[bytes]) -> None:
        self.records = records
        self.number, self.position = 0, HEADER
        self.count: int = struct.unpack_from("<I", records[0], 4)[0] if records else 0

    def read_length(self) -> int:
        """Pass one text, and return its letters."""
        if self.left() == 0:
            self.continue_record()
        letters, flags = self.take("<H"), self.take("<B")
        runs = self.take("<H") if flags & RICH else 0
        more = self.take("<I") if flags & FOREIGN else 0
        self.skip_letters(letters, flags)
        self.skip_bytes(4 * runs + more)
        return letters

    def take(self, form: str) -> int:
        number: int = struct.unpack_from(form, self.records[self.number], self.position)[0]
        self.position += struct.calcsize(form)
        return number

    def left(self) -> int:
        return len(self.records[self.number]) - self.position

    def continue_record(self) -> None:
        self.number, self.position = self.number + 1, 0
        self.records[self.number]  # raises IndexError

    def skip_letters(self, letters: int, flags: int) -> None:
        """Where a text goes on in the next record, its flags stand there again."""
        while True:
            width = 2 if flags & WIDE else 1
            here = min(letters, self.left() // width)
            letters -= here
            self.position += here * width
            if not letters:
                return
            self.continue_record()
            flags = self.take("<B")

    def skip_bytes(self, count: int) -> None:
        while count > self.left():
            count -= self.left()
            self.continue_record()
        self.position += count
