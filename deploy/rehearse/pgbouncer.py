"""The PgBouncer of deploy/pgbouncer.ini, in a folder and on a port of one's own."""

import signal
import subprocess
from dataclasses import replace
from pathlib import Path

from .places import configuration
from .postgresql import Server, as_account, own
from .processes import end


class PgBouncer:
    def __init__(self, folder: Path, port: int, primary: Server) -> None:
        self.folder, self.port = folder, port
        folder.mkdir()
        own(folder)
        password = primary.secret("shop_password")
        (folder / "userlist.txt").write_text(f'"freshness" "{password}"\n')
        self.write(primary)
        command = ["pgbouncer", f"{folder}/pgbouncer.ini"]
        self.process = subprocess.Popen(
            command, stderr=subprocess.DEVNULL, start_new_session=True, **as_account()
        )
        self.url = replace(primary, port=port).url

    def write(self, primary: Server) -> None:
        places = {
            "host=10.0.0.10 port=5432": f"host=127.0.0.1 port={primary.port}",
            "listen_port = 6432": f"listen_port = {self.port}",
            "/var/log/postgresql": f"{self.folder}",
            "/var/run/postgresql": f"{self.folder}",
            "server_tls_sslmode = require": "server_tls_sslmode = disable",
            "/etc/pgbouncer": f"{self.folder}",
        }
        text = configuration("pgbouncer.ini", places)
        (self.folder / "pgbouncer.ini").write_text(text)

    def point_to(self, primary: Server) -> None:
        """As whoever promotes a standby does it."""
        self.write(primary)
        self.process.send_signal(signal.SIGHUP)

    def end(self) -> None:
        end(self.process)
