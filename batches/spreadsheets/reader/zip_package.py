"""The parts of a file that is a zip archive, such as .xlsx, and how they refer to each other."""

import posixpath
import zipfile
from typing import IO, BinaryIO, NamedTuple

from .errors import ReadError
from .limits import MOST_UNPACKED, Budget
from .xml_stream import Attributes, Handler, parse

MOST_PARTS = 2_000
MOST_RELATIONSHIPS = 5_000
ENTRY = b"PK\x01\x02"  # begins an archive's entry for each part
CHUNK = 1024**2
ENCRYPTED = 0x1  # of a part's flags
RELATIONSHIP = "}Relationship"


class Relationship(NamedTuple):
    kind: str  # the last word of its type, such as "worksheet"
    target: str  # a part's name


class Package:
    """A zip archive, of which only the parts that are asked for are unpacked, a piece at a time."""

    def __init__(self, file: BinaryIO, budget: Budget) -> None:
        self.budget = budget
        count_entries(file)
        self.archive = zipfile.ZipFile(file)
        self.parts = {part.filename.lower(): part for part in self.archive.infolist()}
        if len(self.archive.infolist()) > MOST_PARTS:
            raise ReadError("too_large")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.parts

    def open(self, name: str) -> IO[bytes]:
        part = self.parts.get(name.lower())
        if part is None:
            raise ReadError("damaged")
        if part.flag_bits & ENCRYPTED:
            raise ReadError("password")
        if part.file_size > MOST_UNPACKED:
            raise ReadError("too_large")
        return self.archive.open(part)

    def parse(self, name: str, handler: Handler) -> None:
        with self.open(name) as part:
            parse(part, handler, self.budget)

    def refuse_too_many(self, name: str, element: str, most: int, code: str) -> None:
        """Count elements many times faster than they are parsed; those with a prefix not at all.

        So it only refuses early what is refused while it is parsed. Raises ReadError of `code`.
        """
        begins = [f"<{element}{after}".encode() for after in (" ", ">", "/")]
        count = 0
        with self.open(name) as part:
            while chunk := part.read(CHUNK):
                count += sum(map(chunk.count, begins))
                self.budget.check_time()
                if count > most:
                    raise ReadError(code)

    def relationships(self, name: str = "") -> dict[str, Relationship]:
        """Return by id what a part refers to; what the package itself refers to without a name."""
        folder, base = posixpath.split(name)
        part = posixpath.join(folder, "_rels", f"{base}.rels")
        handler = RelationshipHandler(folder)
        if part in self:
            self.parse(part, handler)
        return handler.relationships


class RelationshipHandler(Handler):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.relationships: dict[str, Relationship] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if not name.endswith(RELATIONSHIP) or attributes.get("TargetMode") == "External":
            return
        if len(self.relationships) == MOST_RELATIONSHIPS:
            raise ReadError("hostile")
        # The older kind of Office XML and the strict one differ before the last word.
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = posixpath.join("/", self.folder, attributes.get("Target", "").replace("\\", "/"))
        part = posixpath.normpath(target).lstrip("/")
        self.relationships[attributes.get("Id", "")] = Relationship(kind, part)


def count_entries(file: BinaryIO) -> None:
    """Refuse an archive of too many parts before zipfile makes an object of each."""
    file.seek(0)
    entries, before = 0, b""
    while chunk := file.read(CHUNK):
        entries += (before + chunk).count(ENTRY)
        before = chunk[-len(ENTRY) + 1 :]
        if entries > MOST_PARTS:
            raise ReadError("too_large")
    file.seek(0)
