"""Labels in ZPL II, for thermal printers that draw them themselves (Zebra and compatible).

Commands as in Zebra's ZPL II Programming Guide. Text is data to the printer: whatever could begin
a command is written as its number.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..barcodes.qr import QUIET_ZONE
from ..rules.label_stock import MM_PER_INCH
from .label import Label, Row
from .print_job import Job

MOST_DOTS = 10  # the largest magnification that every printer's ^BQ takes
QR_DROP = 10  # dots: so far below its origin a printer draws a ^BQ
COMMANDS = "^~_\\"
# The letters that a printer's own scalable font is sure to have: those of ISO 8859-1.
OWN_LETTERS = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0x100))))
MOST_BYTES = 50 * 1024**2  # of pictures in one file, where each label repeats its own


@dataclass(frozen=True)
class Picture:
    """A row of text as dots, drawn where there are letters for it; `dots` is hexadecimal."""

    width: int
    height: int
    dots: str

    def __post_init__(self) -> None:
        """Raises ValueError where this is no picture, so that it cannot be a command either."""
        if not all(type(side) is int and side > 0 for side in (self.width, self.height)):
            raise ValueError("A picture has two sides.")
        if not isinstance(self.dots, str) or not re.fullmatch(r"[0-9A-F]*", self.dots):
            raise ValueError("Dots are hexadecimal.")
        if len(self.dots) != 2 * self.bytes_in_a_row * self.height:
            raise ValueError("There are not as many dots as the sides say.")

    @property
    def bytes_in_a_row(self) -> int:
        return (self.width + 7) // 8


def read_pictures(text: str) -> dict[str, Picture]:
    """Pictures by the key of their row, from JSON; raises ValueError for whatever is none."""
    try:
        return {key: Picture(**it) for key, it in json.loads(text or "{}").items()}
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError("These are no pictures.") from error


def escaped(text: str) -> str:
    """`text` as field data after ^FH: nothing in it is a command."""
    return "".join(f"_{ord(char):02X}" if char in COMMANDS else char for char in text)


@dataclass(frozen=True)
class Writer:
    """Writes the labels of one job for a printer of so many dots per inch."""

    job: Job
    dots_per_inch: int
    pictures: Mapping[str, Picture]

    def dots(self, length: float) -> int:
        return round(length * self.dots_per_inch / MM_PER_INCH)

    def foreign_rows(self) -> list[Row]:
        """Return the rows for which a printer has no letters: of those with one key, the widest."""
        widest: dict[str, Row] = {}
        for row in (row for label in self.job.labels for row in label.rows):
            known = widest.get(row.key)
            if not set(row.text) <= OWN_LETTERS and (not known or known.box.width < row.box.width):
                widest[row.key] = row
        return list(widest.values())

    def to_draw(self) -> list[dict[str, Any]]:
        """What a browser must know to draw the foreign rows: lengths in dots."""
        return [
            {
                "key": row.key,
                "text": row.text,
                "size": self.dots(row.size),
                "baseline": self.dots(row.y - row.box.top),
                "width": self.dots(row.box.width),
                "height": self.dots(row.box.height),
                "rtl": row.is_rtl,
            }
            for row in self.foreign_rows()
        ]

    def missing(self) -> list[str]:
        """The texts that can be printed only as pictures, and have none."""
        return [row.text for row in self.foreign_rows() if row.key not in self.pictures]

    def pictures_fit(self) -> bool:
        """Whether each picture is of a foreign row, and no larger than that row's box in dots."""
        rows = {row.key: row for row in self.foreign_rows()}
        return self.pictures.keys() <= rows.keys() and all(
            picture.width <= self.dots(rows[key].box.width)
            and picture.height <= self.dots(rows[key].box.height)
            for key, picture in self.pictures.items()
        )

    def picture_bytes(self) -> int:
        """How many bytes of the file are pictures."""
        sizes = {key: len(picture.dots) for key, picture in self.pictures.items()}
        printed = (label for label, copies in self.printed() if copies)
        return sum(sizes.get(row.key, 0) for label in printed for row in label.rows)

    def printed(self) -> Iterator[tuple[Label, int]]:
        return zip(self.job.labels, self.job.copies, strict=True)

    def write(self) -> Iterator[str]:
        """Yield the file, a label at a time."""
        for label, copies in self.printed():
            if copies:
                yield "".join(self.label(label, copies))

    def label(self, label: Label, copies: int) -> Iterator[str]:
        width, height = label.stock.label
        quiet = label.module * QUIET_ZONE
        left, top = self.dots(label.code.left + quiet), self.dots(label.code.top + quiet) - QR_DROP
        x, y = self.shift(label, left, top)
        yield f"^XA^CI28^LH0,0^PW{self.dots(width)}^LL{self.dots(height)}\n"
        yield f"^FO{left + x},{top + y}^BQN,2,{self.dots(label.module)}"
        yield f"^FH^FDMA,{escaped(label.batch.report_url())}^FS\n"
        for row in label.rows:
            yield from self.row(row, x, y)
        yield f"^PQ{copies}^XZ\n"

    def shift(self, label: Label, left: int, top: int) -> tuple[int, int]:
        """The nudge in dots; not so far that something would begin before the label's edge."""
        lefts = [left, *(self.dots(row.box.left) for row in label.rows)]
        tops = [top, *(self.dots(row.box.top) for row in label.rows)]
        across, down = map(self.dots, self.job.nudge)
        return max(across, -min(lefts)), max(down, -min(tops))

    def row(self, row: Row, x: int, y: int) -> Iterator[str]:
        left, top = self.dots(row.box.left) + x, self.dots(row.box.top) + y
        width, height = self.dots(row.box.width), self.dots(row.box.height)
        reverse = "^FR" if row.is_inverse else ""
        if row.is_inverse:
            yield f"^FO{left},{top}^GB{width},{height},{height}^FS"
        if picture := self.pictures.get(row.key):
            spare = width - picture.width
            moved = spare // 2 if row.is_centred else spare if row.is_rtl else 0
            size = len(picture.dots) // 2
            yield f"^FO{left + max(moved, 0)},{top}{reverse}"
            yield f"^GFA,{size},{size},{picture.bytes_in_a_row},{picture.dots}^FS\n"
            return
        block = f"^FB{width},1,0,C" if row.is_centred else ""
        yield f"^FO{left},{top}{reverse}^A0N,{self.dots(row.size)}{block}"
        yield f"^FH^FD{escaped(row.text)}^FS\n"
