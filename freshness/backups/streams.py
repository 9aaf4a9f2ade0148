"""From a stream into a file and back: compressed, encrypted, with a checksum."""

import hashlib
import io
import os
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import pyrage

from .errors import BackupError, reason
from .files import checksum_file

CHUNK = 2**20  # bytes
GZIP = 16 + zlib.MAX_WBITS

Identity = pyrage.x25519.Identity
Recipient = pyrage.x25519.Recipient


class Writer(Protocol):
    def write(self, data: bytes, /) -> int | None: ...


class Compressed(io.RawIOBase):
    """What `source` holds, as gzip has it."""

    def __init__(self, source: BinaryIO) -> None:
        self.chunks, self.rest = compressed(source), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self.rest:
            chunk = next(self.chunks, None)
            if chunk is None:
                return 0
            self.rest = chunk
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def compressed(source: BinaryIO) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=GZIP)
    while chunk := source.read(CHUNK):
        yield compressor.compress(chunk)
    yield compressor.flush()


class Decompressing:
    """Writes to `target` what gzip has made smaller."""

    def __init__(self, target: Writer) -> None:
        self.target, self.decompressor = target, zlib.decompressobj(wbits=GZIP)

    def write(self, data: bytes) -> int:
        self.target.write(self.decompressor.decompress(bytes(data)))
        return len(data)

    def flush(self) -> None:
        pass

    def finish(self) -> None:
        self.target.write(self.decompressor.flush())
        if not self.decompressor.eof:
            raise zlib.error("it ends in the middle")


def write_file(path: Path, source: io.BufferedIOBase, recipients: list[Recipient]) -> None:
    """Write what `source` holds, encrypted where there are recipients, and see it to the disk."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            if recipients:
                pyrage.encrypt_io(source, file, recipients)
            else:
                shutil.copyfileobj(source, file, CHUNK)
        except pyrage.EncryptError as error:  # by which it says that the disk is full, too
            raise OSError(reason(error)) from error
        file.flush()
        os.fsync(file.fileno())


def read_file(path: Path, target: Writer, identities: list[Identity]) -> None:
    """Write to `target` what the file of a backup holds, decrypted."""
    with path.open("rb") as file:
        if path.suffix != ".age":
            shutil.copyfileobj(file, target, CHUNK)
            return
        try:
            pyrage.decrypt_io(file, target, identities)  # type: ignore[arg-type]
        except pyrage.DecryptError as error:
            raise BackupError(f"{path.name} is not opened by this key. ({reason(error)})") from None


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_checksum(draft: Path, backup: Path) -> None:
    """Beside the backup to be, for the draft that will get its name."""
    path = checksum_file(backup)
    path.touch(mode=0o600)
    with path.open("w") as file:
        file.write(f"{checksum(draft)}  {backup.name}\n")
        file.flush()
        os.fsync(file.fileno())


def require_whole(backup: Path) -> None:
    """Refuse a file that is not, byte for byte, what was written."""
    try:
        expected = checksum_file(backup).read_text().split()
    except FileNotFoundError:
        raise BackupError(
            f"{backup.name} has no {checksum_file(backup).name} beside it, by which to tell "
            "whether it is whole. Copy both files, or take another backup."
        ) from None
    if expected[:1] != [checksum(backup)]:
        raise BackupError(
            f"{backup.name} is corrupt or half-written: its checksum is not that of "
            f"{checksum_file(backup).name}. Take another backup."
        )


def see_to_disk(folder: Path) -> None:
    """A new name in a folder is kept through a power cut from here on."""
    if os.name == "nt":  # which opens no folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
