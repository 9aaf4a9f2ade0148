"""A shop on a PostgreSQL of its own, whose WAL pgBackRest archives, by deploy/pgbackrest.conf."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Self

from deploy.rehearse.places import configuration
from deploy.rehearse.postgresql import SUPERUSER, Server, as_account, new_server, own
from deploy.rehearse.servers import free_port

from .serving import ROOT, shop


class ArchivedShop:
    name = "PostgreSQL, pgBackRest"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder / "server", free_port())
        self.environment = shop(folder) | {"DATABASE_URL": self.server.url}

    @contextmanager
    def open(self) -> Iterator[Self]:
        if not shutil.which("pgbackrest"):
            sys.exit("pgbackrest is not here.")
        settings = configuration("pgbackrest.conf", self.places())
        (self.folder / "pgbackrest.conf").write_text(settings)
        self.server = new_server(self.server.folder, self.server.port, self.archiving())
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

    def archiving(self) -> str:
        here = f"pgbackrest --config={self.folder}/pgbackrest.conf --"
        archive = configuration("postgresql-archive.conf", {"pgbackrest --": here})
        return f"unix_socket_directories = '{self.folder}'\n{archive}"

    def places(self) -> dict[str, str]:
        server = {"port": self.server.port, "socket-path": self.folder, "user": SUPERUSER}
        own = "".join(f"\npg1-{name}={value}" for name, value in server.items())
        return {
            "/mnt/backups/pgbackrest": f"{self.folder}/copy",
            "log-level-file=off": f"log-level-file=off\nlock-path={self.folder}/lock",
            "/var/lib/postgresql/15/main": f"{self.server.data}{own}",
        }

    def pgbackrest(self, command: str) -> None:
        """Raises RuntimeError with its words where it does not end well."""
        settings = (f"--config={self.folder}/pgbackrest.conf", "--stanza=shop")
        done = subprocess.run(
            ["pgbackrest", *settings, command], capture_output=True, text=True, **as_account()
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)

    def catch_up(self) -> None:
        """Until all that was saved before is archived."""
        [(written,)] = self.server.ask("SELECT pg_walfile_name(pg_switch_wal())")
        archived = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"
        while self.server.ask(archived, [written]) != [(True,)]:
            time.sleep(0.05)

    def kill(self) -> None:
        self.server.end(SIGKILL)

    def destroy(self) -> None:
        shutil.rmtree(self.server.data)
        for left in self.folder.glob(".s.PGSQL.*"):
            left.unlink()
        self.server.data.mkdir(mode=0o700)
        own(self.server.data)

    def recover(self) -> None:
        self.pgbackrest("restore")
        self.server.start()
        while self.server.ask("SELECT pg_is_in_recovery()") == [(True,)]:
            pass

    def batches(self) -> set[str]:
        return {f"{it}" for (it,) in self.server.ask("SELECT batch_identifier FROM batches_batch")}
