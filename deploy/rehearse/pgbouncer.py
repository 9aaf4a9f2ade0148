"""The PgBouncer of deploy/pgbouncer.ini, in a folder and on a port of one's own."""

import signal
import subprocess
from pathlib import Path

from .postgresql import Server, as_account, own

DEPLOY = Path(__file__).resolve().parent.parent


def configuration(folder: Path, port: int, primary: Server) -> str:
    """The text of deploy/pgbouncer.ini with places of one's own.

    Raises KeyError where it does not have what is to be replaced.
    """
    places = {
        "freshness = host=10.0.0.10 port=5432 dbname=freshness": (
            f"shop = host=127.0.0.1 port={primary.port} dbname=shop"
        ),
        "listen_port = 6432": f"listen_port = {port}",
        "/var/log/postgresql": f"{folder}",
        "/var/run/postgresql": f"{folder}",
        "server_tls_sslmode = require": "server_tls_sslmode = disable",
        "auth_type = scram-sha-256": "auth_type = trust",
        "/etc/pgbouncer": f"{folder}",
    }
    text = (DEPLOY / "pgbouncer.ini").read_text()
    for usual, here in places.items():
        if usual not in text:
            raise KeyError(usual)
        text = text.replace(usual, here)
    return text


class PgBouncer:
    def __init__(self, folder: Path, port: int, primary: Server) -> None:
        self.folder, self.port = folder, port
        folder.mkdir()
        own(folder)
        (folder / "userlist.txt").write_text('"shop" ""\n')
        self.write(primary)
        command = ["pgbouncer", f"{folder}/pgbouncer.ini"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **as_account())

    @property
    def url(self) -> str:
        return f"postgres://shop@127.0.0.1:{self.port}/shop"

    def write(self, primary: Server) -> None:
        text = configuration(self.folder, self.port, primary)
        (self.folder / "pgbouncer.ini").write_text(text)

    def point_to(self, primary: Server) -> None:
        """As whoever promotes a standby does it."""
        self.write(primary)
        self.process.send_signal(signal.SIGHUP)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()
