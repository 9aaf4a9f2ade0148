"""PostgreSQL servers of one's own: made in a folder, started, killed, copied, promoted."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from .processes import end

ACCOUNT = "postgres"  # as whom the servers run where this is started by root, which they refuse
SUPERUSER = "shop"
PATIENCE = 60  # seconds

# So that a folder is all that a server needs, and a test is not longer than it has to be.
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "shared_buffers": "32MB",
    "wal_level": "replica",
    "hot_standby": "on",
    "max_wal_size": "256MB",
    "wal_keep_size": "256MB",
}


def programs() -> Path:
    """Where Debian keeps the newest version's; else beside `postgres` in the PATH.

    Raises FileNotFoundError where there is no PostgreSQL server.
    """
    of_debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda it: int(it.parts[-3])
    )
    found = of_debian[-1] if of_debian else shutil.which("postgres")
    if not found:
        raise FileNotFoundError("There is no PostgreSQL server on this machine.")
    return Path(found).parent


def run(program: str, *arguments: str) -> None:
    command = [f"{programs() / program}", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **as_account())


def as_account() -> dict[str, Any]:
    return {"user": ACCOUNT, "group": ACCOUNT, "cwd": "/"} if os.geteuid() == 0 else {}


def own(folder: Path) -> None:
    """Let the servers' account into `folder`, and nobody else."""
    if os.geteuid() == 0:
        shutil.chown(folder, ACCOUNT, ACCOUNT)


@dataclass
class Server:
    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://{SUPERUSER}@127.0.0.1:{self.port}/shop"

    def start(self) -> None:
        command = [f"{programs() / 'postgres'}", "-D", f"{self.data}", "-p", f"{self.port}"]
        with self.data.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **as_account()
            )
        self.wait()

    def wait(self) -> None:
        """Until it answers. Raises TimeoutError after PATIENCE."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                self.ask("SELECT 1", database="postgres")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(f"The server on port {self.port} does not answer.")

    def ask(
        self, question: str, parameters: Sequence[object] = (), database: str = "shop"
    ) -> list[tuple[object, ...]]:
        url = f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"
        with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
            cursor = connection.execute(question, parameters)
            return cursor.fetchall() if cursor.description else []

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it in order, SIGQUIT at once, SIGKILL all of it."""
        end(self.process, how)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes what is sent, and says nothing, as where its machine's disk does not answer."""
        assert self.process
        first = self.process.pid
        os.kill(first, signal.SIGSTOP)  # so that it starts no others
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        all_of_them = [first, *map(int, others)]
        for it in all_of_them:
            os.kill(it, signal.SIGSTOP)
        try:
            yield
        finally:
            for it in all_of_them:
                os.kill(it, signal.SIGCONT)

    def promote(self) -> None:
        self.ask("SELECT pg_promote()", database="postgres")


def new_server(data: Path, port: int, more: str = "") -> Server:
    """One with an empty database, started; `more` is lines for its postgresql.conf."""
    own(data.parent)
    options = ["--auth=trust", f"--username={SUPERUSER}", "--no-sync", "--encoding=UTF8"]
    run("initdb", "--pgdata", f"{data}", *options)
    lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("\n".join(["", *lines, more, ""]))
    server = Server(data, port)
    server.start()
    server.ask("CREATE DATABASE shop", database="postgres")
    return server


def standby_of(primary: Server, data: Path, port: int) -> Server:
    """A copy that goes on replaying what the primary writes."""
    source = f"host=127.0.0.1 port={primary.port} user={SUPERUSER}"
    run(
        "pg_basebackup",
        "--pgdata",
        f"{data}",
        "--dbname",
        source,
        "--write-recovery-conf",
        "--checkpoint=fast",
    )
    server = Server(data, port)
    server.start()
    return server
