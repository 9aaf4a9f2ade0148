"""A shop on a PostgreSQL of its own, whose WAL pgBackRest archives, by deploy/pgbackrest.conf."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg

from .nginx import DEPLOY
from .serving import ROOT, shop

PROGRAMS = Path("/usr/lib/postgresql")
OWNER = "postgres"  # runs the cluster where we are root, which PostgreSQL refuses


class ArchivedShop:
    name = "PostgreSQL, pgBackRest"

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgres://shop@127.0.0.1:{self.port}/postgres"
        self.environment = shop(folder) | {"DATABASE_URL": self.url}

    @contextmanager
    def open(self) -> Iterator[Self]:
        versions = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda it: int(it.parts[-3]))
        if not versions or not shutil.which("pgbackrest"):
            sys.exit("PostgreSQL's programs or pgbackrest are not here.")
        self.programs = versions[-1].parent
        if os.geteuid() == 0:
            shutil.chown(self.folder, OWNER, OWNER)
        options = ["--auth=trust", "--username=shop", f"--pgdata={self.data}"]
        self.run(f"{self.programs}/initdb", *options)
        self.write("pgbackrest.conf", configuration("pgbackrest.conf", self.places()))
        archive = configuration(
            "postgresql-archive.conf",
            {"pgbackrest --": f"pgbackrest --config={self.folder}/pgbackrest.conf --"},
        )
        own = f"port = {self.port}\nunix_socket_directories = '{self.folder}'\n"
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"\nlisten_addresses = '127.0.0.1'\n{own}{archive}")
        self.start()
        try:
            for command in ("migrate", "demo"):
                arguments = [sys.executable, "manage.py", command]
                subprocess.check_call(
                    arguments, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
                )
            for command in ("stanza-create", "check", "backup"):
                self.pgbackrest(command)
            yield self
        finally:
            self.kill()

    def places(self) -> dict[str, str]:
        own = f"\npg1-port={self.port}\npg1-socket-path={self.folder}\npg1-user=shop"
        return {
            "/mnt/backups/pgbackrest": f"{self.folder}/copy",
            "log-level-file=off": f"log-level-file=off\nlock-path={self.folder}/lock",
            "/var/lib/postgresql/15/main": f"{self.data}{own}\npg1-database=postgres",
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def run(self, *command: str) -> None:
        """As a user who is not root; its words are told where it does not end well."""
        as_owner = ["runuser", f"--user={OWNER}", "--"] if os.geteuid() == 0 else []
        with (self.folder / "said").open("w+") as said:  # a server that goes on would hold a pipe
            done = subprocess.run([*as_owner, *command], cwd=self.folder, stdout=said, stderr=said)
            said.seek(0)
            if done.returncode:
                raise RuntimeError(said.read())

    def start(self) -> None:
        """And wait until it takes what is saved, all archived WAL read."""
        log = self.folder / "postgresql.log"
        start = ["start", "--wait", f"--pgdata={self.data}", f"--log={log}"]
        try:
            self.run(f"{self.programs}/pg_ctl", *start)
        except RuntimeError:
            raise RuntimeError(log.read_text()) from None

    def pgbackrest(self, command: str) -> None:
        settings = f"--config={self.folder}/pgbackrest.conf"
        self.run("pgbackrest", settings, "--stanza=shop", command)

    def kill(self) -> None:
        """With -9; the others of the cluster end when they find the first of them gone."""
        try:
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            return

    def destroy(self) -> None:
        shutil.rmtree(self.data)
        for left in self.folder.glob(".s.PGSQL.*"):
            left.unlink()
        self.run("mkdir", "--mode=700", f"{self.data}")

    def recover(self) -> None:
        self.pgbackrest("restore")
        self.start()
        while self.asked("SELECT pg_is_in_recovery()") == {True}:
            pass

    def batches(self) -> set[str]:
        return {f"{it}" for it in self.asked("SELECT batch_identifier FROM batches_batch")}

    def asked(self, query: str) -> set[object]:
        with psycopg.connect(self.url) as database:
            return {value for (value,) in database.execute(query.encode())}


def configuration(name: str, places: dict[str, str]) -> str:
    """A file of deploy/ with places of one's own. Raises KeyError where it lacks one of them."""
    text = (DEPLOY / name).read_text()
    for old, new in places.items():
        if old not in text:
            raise KeyError(old)
        text = text.replace(old, new)
    return text
