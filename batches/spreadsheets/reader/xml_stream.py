"""Reads XML that may be hostile, a piece at a time and in little memory."""

from collections.abc import Iterator
from typing import Protocol
from xml.parsers import expat

from .errors import ReadError
from .limits import Budget

CHUNK = 64 * 1024  # bytes
LONGEST_TAG = 4 * CHUNK  # bytes; the attributes of a tag are held in memory
MOST_DEPTH = 64
MOST_NAMES = 5_000  # of elements and attributes; expat keeps each that it has met
MOST_PREFIXES = 500

Attributes = dict[str, str]


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Handler:
    """What to do with the elements of one document. Names are `namespace}name`."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Some of the text in an element."""


def parse(source: Source, handler: Handler, budget: Budget) -> None:
    """Call the handler's methods. Raises ReadError for what no spreadsheet writes."""
    for _chunk in parse_chunks(source, handler, budget):
        pass


def parse_chunks(source: Source, handler: Handler, budget: Budget) -> Iterator[None]:
    """Like `parse`, pausing after each chunk, so that what was found can be taken meanwhile."""
    parser = Parser(handler, budget)
    while chunk := source.read(CHUNK):
        parser.feed(chunk)
        yield
    parser.close()
    yield


class Parser:
    def __init__(self, handler: Handler, budget: Budget) -> None:
        self.handle_start, self.handle_end = handler.start, handler.end
        self.budget = budget
        self.depth = self.fed = 0
        self.prefixes: set[str | None] = set()
        self.expat = expat.ParserCreate(namespace_separator="}")
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self.start
        self.expat.EndElementHandler = self.end
        self.expat.CharacterDataHandler = handler.text
        self.expat.StartNamespaceDeclHandler = self.declare_namespace
        # Entities, which can stand for gigabytes, are defined in a document type alone.
        self.expat.StartDoctypeDeclHandler = refuse_declaration

    def feed(self, chunk: bytes) -> None:
        self.budget.spend_bytes(len(chunk))
        self.expat.Parse(chunk, False)
        self.fed += len(chunk)
        if self.fed - self.expat.CurrentByteIndex > LONGEST_TAG:
            raise ReadError("hostile")
        if len(self.expat.intern) > MOST_NAMES:
            raise ReadError("hostile")

    def close(self) -> None:
        self.expat.Parse(b"", True)

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise ReadError("hostile")
        self.handle_start(name, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.handle_end(name)

    def declare_namespace(self, prefix: str | None, _uri: str) -> None:
        self.prefixes.add(prefix)
        if len(self.prefixes) > MOST_PREFIXES:
            raise ReadError("hostile")


def refuse_declaration(*_declaration: object) -> None:
    raise ReadError("hostile")
