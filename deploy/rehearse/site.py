"""A whole shop on one machine: nginx, two gunicorns, PgBouncer, a primary and its standby.

All of it lies in one folder and listens on 127.0.0.1, on ports that were free.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from bench.nginx import TEMPORARY, configuration

from .authority import certificate
from .pgbouncer import PgBouncer
from .postgresql import new_server, standby_of
from .visitors import Browser

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "localhost"
PATIENCE = 30  # seconds


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    with socket.socket() as phone:
        return phone.connect_ex(("127.0.0.1", port)) == 0


def wait_until(it_is: Callable[[], bool]) -> None:
    """Raises TimeoutError where it is not within PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not it_is():
        if time.monotonic() > deadline:
            raise TimeoutError(f"It was waited for {PATIENCE} seconds.")
        time.sleep(0.1)


class Gunicorn:
    """One of the application's servers, which runs the program in `code`."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.code = ROOT
        self.environment = environment | {"PORT": f"{self.port}"}
        self.log = folder / f"gunicorn-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "gunicorn"),
            *("--config", "freshness/gunicorn.conf.py", "freshness.wsgi"),
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.code,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_and_wait(self) -> None:
        self.start()
        wait_until(self.is_ready)

    def is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def workers(self) -> list[int]:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """SIGTERM lets requests end; SIGKILL takes the workers too, as a power cut would."""
        if not self.process or self.process.poll() is not None:
            return
        if how == signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        self.process.wait(PATIENCE)


class Nginx:
    def __init__(self, folder: Path, shops: list[Gunicorn]) -> None:
        self.folder, self.port = folder, free_port()
        self.authority = certificate(folder, HOST)
        ports = [shop.port for shop in shops]
        text = configuration(folder, self.port, free_port(), ports, HOST, tls=True)
        (folder / "scans").mkdir()
        paths = (f"{it}_temp_path {folder}/{it};" for it in TEMPORARY)
        (folder / "more.conf").write_text("\n".join(paths))
        (folder / "nginx").write_text(text)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        place = ("-p", f"{self.folder}", "-c", f"{self.folder}/nginx")
        log = ("-e", f"{self.folder}/error.log")
        self.process = subprocess.Popen(["nginx", *place, *log, "-g", "daemon off;"])

    def reload(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.primary = new_server(folder / "first", free_port())
        self.standby = standby_of(self.primary, folder / "second", free_port())
        self.pool = PgBouncer(folder / "pgbouncer", free_port(), self.primary)
        self.shops = [Gunicorn(folder, self.settings()) for _one in range(2)]
        self.nginx = Nginx(folder, self.shops)
        for shop in self.shops:
            shop.environment["PUBLIC_URL"] = f"https://{HOST}:{self.nginx.port}"

    def settings(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.pool.url,
            "DATABASE_REPLICA_URL": self.standby.url,
            "SECRET_KEY": "rehearsal" * 6,
            "BEHIND_PROXY": "true",
            "TIME_ZONE": "UTC",
            "WEB_CONCURRENCY": "2",
        }

    def manage(self, *command: str, code: Path = ROOT) -> None:
        """Beside PgBouncer: a migration may take its time."""
        environment = self.shops[0].environment | {"DATABASE_URL": self.primary.url}
        arguments = [sys.executable, "manage.py", *command]
        subprocess.run(arguments, cwd=code, env=environment, check=True)

    def start(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        for shop in self.shops:
            shop.start_and_wait()
        self.nginx.start()
        wait_until(lambda: is_open(self.nginx.port))

    def end(self) -> None:
        self.nginx.end()
        for shop in self.shops:
            shop.end()
        self.pool.end()
        self.standby.end()
        self.primary.end()

    def browser(self) -> Browser:
        return Browser(self.nginx.port, self.nginx.authority)
