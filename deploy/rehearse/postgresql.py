"""PostgreSQL servers of one's own, made as deploy/compose.yaml makes them, each in a folder."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from .places import DEPLOY
from .processes import end

ACCOUNT = "postgres"  # as whom the servers run where this is started by root, which they refuse
SUPERUSER = "postgres"
PATIENCE = 60  # seconds

# So that a folder is all that a server needs, and a test is not longer than it has to be.
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
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


def secrets_beside(folder: Path) -> Path:
    """The files of deploy/docker/make_secrets.sh, for all servers in this folder."""
    secrets = folder / "secrets"
    if not secrets.exists():
        subprocess.check_call(
            ["sh", f"{DEPLOY}/docker/make_secrets.sh", f"{secrets}"], stdout=subprocess.DEVNULL
        )
        own(secrets)
    return secrets


@dataclass
class Server:
    """One in `folder`, with its data, its log, and the file that containers have in /etc."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def secrets(self) -> Path:
        return secrets_beside(self.folder.parent)

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text().strip()

    @property
    def url(self) -> str:
        """The shop's."""
        return self.secret("primary_url").replace("primary:5432", f"127.0.0.1:{self.port}")

    def environment(self) -> dict[str, str]:
        """What its container has in it."""
        return os.environ | {
            "PATH": f"{programs()}:{os.environ['PATH']}",
            "PGDATA": f"{self.data}",
            "STANDBY_PASSWORD_FILE": f"{self.secrets}/standby_password",
        }

    def command(self) -> list[str]:
        return ["postgres", "-D", f"{self.data}"]

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command(), "-p", f"{self.port}"],
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_account(),
            )
        self.wait()

    def is_healthy(self) -> list[str]:
        """The command by which its container is found healthy."""
        return ["pg_isready", "--quiet", f"--username={SUPERUSER}", "--host=127.0.0.1"]

    def wait(self) -> None:
        """Until it is healthy. Raises TimeoutError after PATIENCE."""
        password = self.secret("postgres_password")
        here = {"PGHOST": "127.0.0.1", "PGPORT": f"{self.port}", "PGPASSWORD": password}
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(
            self.is_healthy(), env=self.environment() | here, stderr=subprocess.DEVNULL
        ).returncode:
            if time.monotonic() > deadline:
                raise TimeoutError(f"The server on port {self.port} is not healthy.")
            time.sleep(0.05)

    def ask(
        self, question: str, parameters: Sequence[object] = (), database: str = "freshness"
    ) -> list[tuple[object, ...]]:
        """Of the database's administrator."""
        password = self.secret("postgres_password")
        url = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{database}"
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


@dataclass(kw_only=True)
class Standby(Server):
    """It copies `primary` when it is first started, and once it is promoted, it is one itself."""

    primary: Server
    more: dict[str, str] = field(default_factory=dict)  # of its environment

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "PRIMARY_HOST": "127.0.0.1",
            "PRIMARY_PORT": f"{self.primary.port}",
            "PASSFILE": f"{self.folder}/pgpass",
            **self.more,
        }

    def command(self) -> list[str]:
        return ["sh", f"{self.folder}/standby.sh"]

    def is_healthy(self) -> list[str]:
        return ["sh", f"{DEPLOY}/docker/is_following.sh"]


def new_server(folder: Path, port: int, more: str = "") -> Server:
    """A primary with an empty database, started; `more` is lines for its configuration."""
    server = Server(folder, port)
    prepare(server, "primary", more)
    options = ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--encoding=UTF8"]
    password = f"{server.secrets}/postgres_password"
    options += [f"--username={SUPERUSER}", f"--pwfile={password}"]
    run("initdb", f"--pgdata={server.data}", *options)
    with (server.data / "postgresql.conf").open("a") as configuration:
        configuration.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
    server.start()
    told = {
        "PGHOST": "127.0.0.1",
        "PGPORT": f"{port}",
        "PGPASSWORD": server.secret("postgres_password"),
        "POSTGRES_USER": SUPERUSER,
        "SHOP_PASSWORD_FILE": f"{server.secrets}/shop_password",
        "CONF": "../freshness.conf",
    }
    script = ["sh", f"{folder}/primary.sh"]
    subprocess.run(script, check=True, env=server.environment() | told, **as_account())
    server.end()
    server.start()
    return server


def standby_of(primary: Server, folder: Path, port: int, **more: str) -> Server:
    """A copy that goes on replaying what the primary writes; `more` is for its environment."""
    server = Standby(folder, port, primary=primary, more=more)
    prepare(server, "standby")
    server.start()
    return server


def prepare(server: Server, service: str, more: str = "") -> None:
    """Its folder, with what compose.yaml puts into its container."""
    server.folder.mkdir()
    server.data.mkdir()
    for folder in (server.folder.parent, server.folder, server.data):
        own(folder)
    shutil.copy(DEPLOY / "docker" / f"{service}.sh", server.folder)
    configuration = (DEPLOY / "postgresql" / f"{service}.conf").read_text()
    (server.folder / "freshness.conf").write_text(f"{configuration}{more}\n")
