"""An archive of pg_dump, read with pg_restore. No database is asked."""

import re
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .contents import MIGRATIONS, Contents
from .errors import BackupError
from .streams import Identity, read_file

COPY = re.compile(rb"COPY (\S+) \((.*)\) FROM stdin;\n")
END = b"\\.\n"


def complaint(said: bytes) -> str:
    """The line of a program's last words that says why."""
    lines = [" ".join(line.split()) for line in said.decode(errors="replace").splitlines()]
    why = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()] or lines
    return re.sub(r"^.*?(error|fatal): +", "", why[0], flags=re.I).rstrip(".") if why else "no word"


@contextmanager
def as_sql(
    backup: Path, identities: list[Identity], *options: str
) -> Iterator[tuple[IO[bytes], Callable[[], None]]]:
    """The archive as a script, and what to call at its end, which raises where it is not whole."""
    command = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", *options]
    failures: list[BaseException] = []
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )
        except FileNotFoundError:
            raise BackupError("There is no pg_restore here. Install PostgreSQL's client.") from None

        def feed() -> None:
            try:
                with process.stdin:  # type: ignore[union-attr]
                    read_file(backup, process.stdin, identities)  # type: ignore[arg-type]
            except BaseException as error:  # told in the thread that waits for this one
                failures.append(error)

        def finish() -> None:
            feeder.join()
            for failure in failures:
                if isinstance(failure, BackupError):  # wrong key; then pg_restore got nothing
                    raise failure
            if process.wait():
                said.seek(0)
                raise BackupError(
                    f"{backup.name} is no archive that this pg_restore reads: "
                    f"{complaint(said.read())}."
                )
            if failures:
                raise failures[0]

        feeder = threading.Thread(target=feed)
        feeder.start()
        try:
            yield process.stdout, finish  # type: ignore[misc]
        finally:
            process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]
            feeder.join()


def read(backup: Path, identities: list[Identity]) -> Contents:
    """The number of rows by table, and the migrations, of all that the archive holds."""
    counts: dict[str, int] = {}
    migrations: set[tuple[str, str]] = set()
    with as_sql(backup, identities, "--section=data") as (script, finish):
        for line in script:
            if match := COPY.fullmatch(line):
                table = match[1].decode().rpartition(".")[2].strip('"')
                columns = match[2].decode().split(", ")
                counts[table] = 0
                for row in rows_of(script):
                    counts[table] += 1
                    if table == MIGRATIONS:
                        migrations.add(migration(columns, row))
        finish()
    return Contents(counts, frozenset(migrations))


def rows_of(script: IO[bytes]) -> Iterator[bytes]:
    while (row := script.readline()) not in {END, b""}:
        yield row


def migration(columns: list[str], row: bytes) -> tuple[str, str]:
    values = dict(zip(columns, row.decode().rstrip("\n").split("\t"), strict=True))
    return values["app"], values["name"]
