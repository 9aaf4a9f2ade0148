"""What runs in a shop, by the commands of its containers, on ports that were free."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from bench.nginx import TEMPORARY, configuration

from .places import DEPLOY
from .processes import end

HOST = "shop.example.net"
USUAL_HOST, USUAL_PORTS = "fresh.example.com", [8001, 8002]  # of deploy/nginx.conf
PATIENCE = 30  # seconds
given: set[int] = set()  # ports


def commands_of(unit: str) -> list[str]:
    """What a unit of deploy/systemd runs."""
    return re.findall(r"^Exec\w+=\+?(.+)", (DEPLOY / "systemd" / unit).read_text(), re.M)


def free_port() -> int:
    """One that is given once."""
    while True:
        with socket.socket() as free:
            free.bind(("0.0.0.0", 0))  # at every address: customers come from many of this machine
            port: int = free.getsockname()[1]
        if port not in given:
            given.add(port)
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


def started(
    command: list[str], folder: Path, environment: dict[str, str], log: Path
) -> subprocess.Popen[bytes]:
    with log.open("ab") as said:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


class Gunicorn:
    """One of the application's servers, which runs the program in `code`."""

    def __init__(self, code: Path, log: Path, environment: dict[str, str]) -> None:
        self.code, self.log = code, log
        self.port = free_port()
        self.environment = environment | {"PORT": f"{self.port}"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = started(
            ["sh", "deploy/docker/web.sh"], self.code, self.environment, self.log
        )

    def start_and_wait(self) -> None:
        self.start()
        wait_until(self.is_alive)
        wait_until(lambda: self.says("/readyz") == 200)

    def is_alive(self) -> bool:
        command = [".venv/bin/python", "deploy/docker/is_alive.py"]
        asked = subprocess.run(
            command, cwd=self.code, env=self.environment, stderr=subprocess.DEVNULL
        )
        return asked.returncode == 0

    def says(self, path: str) -> int:
        """The status of its answer; 0 where it has none."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def workers(self) -> list[int]:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """SIGTERM lets requests end; SIGKILL takes the workers too."""
        end(self.process, how)


class Nginx:
    """That of deploy/nginx.conf, with all that it writes in `folder`."""

    def __init__(self, folder: Path, shops: list[Gunicorn], environment: dict[str, str]) -> None:
        self.folder, self.port, self.plain = folder, free_port(), free_port()
        text = configuration(
            *(folder, self.port, USUAL_PORTS, USUAL_HOST),
            tls=True,
            logs="/var/log/nginx",
        ).replace(f"unix:{folder}/plain", f"127.0.0.1:{self.plain}")
        for name in ("scans", "cache", "source", "run", "html"):
            (folder / name).mkdir(exist_ok=True)
        paths = (f"{it}_temp_path {folder}/{it};" for it in TEMPORARY)
        (folder / "more.conf").write_text("\n".join(paths))
        (folder / "source" / "nginx.conf").write_text(text)
        self.used = folder / "run" / "nginx.conf"
        self.environment = environment | {
            "SOURCE": f"{folder}/source",
            "TARGET": f"{folder}/run",
            "SHOP_HOST": HOST,
            "WEB_1": f"127.0.0.1:{shops[0].port}",
            "WEB_2": f"127.0.0.1:{shops[1].port}",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["sh", f"{DEPLOY}/docker/nginx.sh"]
        self.process = started(command, self.folder, self.environment, self.folder / "log")
        wait_until(lambda: is_open(self.port))

    def reload(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def forget(self) -> None:
        """As the unit says that is started when the clock is set."""
        for command in commands_of("freshness-clock.service"):
            program, *arguments = command.replace(
                "/var/cache/nginx", f"{self.folder}/cache"
            ).split()
            if program == "/usr/bin/systemctl":
                self.reload()
            else:
                subprocess.run([program, *arguments], check=True)

    def end(self) -> None:
        end(self.process)


class Every:
    """A command that is run again and again, as systemd's timers do it elsewhere."""

    def __init__(self, seconds: str, command: str) -> None:
        self.words = (seconds, command)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, code: Path, environment: dict[str, str], log: Path) -> None:
        command = ["sh", "deploy/docker/every.sh", *self.words]
        self.process = started(command, code, environment, log)

    def end(self) -> None:
        end(self.process)


def timers() -> dict[str, Every]:
    """Those of deploy/compose.yaml, by what they do."""
    text = (DEPLOY / "compose.yaml").read_text()
    found = re.findall(r'every\.sh, "(\d+)", (\w+)\]', text)
    return {command: Every(seconds, command) for seconds, command in found}
