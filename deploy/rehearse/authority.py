"""Certificates as Let's Encrypt gives them, by Pebble, which is its own server for tests."""

import json
import os
import re
import ssl
import subprocess
from pathlib import Path
from urllib.request import urlopen

from .places import DEPLOY
from .processes import end
from .servers import HOST, PATIENCE, USUAL_HOST, free_port, is_open, started, wait_until

USUAL_PROOFS = "/var/www/html"
A_DAY = 24 * 60 * 60  # seconds
DAYS = 20  # certbot renews what lasts for less than 30
# How docs/DEPLOY.md asks for the first one, and how compose.yaml's container renews it.
FIRST = re.compile(r"--entrypoint certbot (certbot certonly .+)")
RENEW = re.compile(r'^  certbot:\n(?:    .+\n)*?    command: \["(.+)"\]$', re.M)


class Authority:
    """Whoever shows its proof on this machine's port `plain` is taken for any host."""

    def __init__(self, folder: Path, plain: int, proofs: Path) -> None:
        folder.mkdir()
        self.folder, self.proofs = folder, proofs
        self.port, self.roots, self.names = free_port(), free_port(), free_port()
        make_own_certificate(folder)
        pebble = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.roots}",
            "certificate": f"{folder}/own.pem",
            "privateKey": f"{folder}/own.key",
            "httpPort": plain,
            "certificateValidityPeriod": DAYS * A_DAY,
        }
        (folder / "pebble.json").write_text(json.dumps({"pebble": pebble}))
        certbot = {
            **{f"{it}-dir": f"{folder}/{it}" for it in ("config", "work", "logs")},
            "server": f"https://localhost:{self.port}/dir",
            "http-01-port": plain,
            **dict.fromkeys(("agree-tos", "register-unsafely-without-email"), "true"),
            **dict.fromkeys(("non-interactive", "no-random-sleep-on-renew"), "true"),
        }
        (folder / "letsencrypt").mkdir()
        lines = "".join(f"{name} = {value}\n" for name, value in certbot.items())
        (folder / "letsencrypt" / "cli.ini").write_text(lines)
        self.environment = os.environ | {
            "XDG_CONFIG_HOME": f"{folder}",
            "REQUESTS_CA_BUNDLE": f"{folder}/own.pem",
            # It neither waits nor refuses by chance, as it does to try those who write clients.
            "PEBBLE_VA_NOSLEEP": "1",
            "PEBBLE_WFE_NONCEREJECT": "0",
        }
        self.running: list[subprocess.Popen[bytes]] = []

    @property
    def root(self) -> Path:
        """Whom a browser has to trust."""
        return self.folder / "root.pem"

    @property
    def live(self) -> Path:
        """Where certbot keeps the certificate, and its key."""
        return self.folder / "config" / "live" / HOST

    def start(self) -> None:
        """With names, which all are this machine's."""
        here = ["-dns01", f"127.0.0.1:{self.names}", "-management", f"127.0.0.1:{free_port()}"]
        nothing = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]
        self.run("pebble-challtestsrv", *here, *nothing)
        self.run("pebble", "-config", "pebble.json", "-dnsserver", f"127.0.0.1:{self.names}")
        wait_until(lambda: all(map(is_open, (self.names, self.port, self.roots))))
        trust = ssl.create_default_context(cafile=self.folder / "own.pem")
        with urlopen(f"https://localhost:{self.roots}/roots/0", context=trust) as answer:
            self.root.write_bytes(answer.read())

    def certify(self) -> None:
        """The first one, while nothing else listens on `plain`."""
        [command] = FIRST.findall((DEPLOY.parent / "docs" / "DEPLOY.md").read_text())
        first = self.run(*command.replace(USUAL_HOST, HOST).split())
        assert first.wait(PATIENCE) == 0, (self.folder / "log").read_text()

    def renew(self) -> None:
        """As the container does it that has nothing else to do."""
        [command] = RENEW.findall((DEPLOY / "compose.yaml").read_text())
        kept = self.folder / "config" / "archive" / HOST
        before = len([*kept.glob("fullchain*")])
        again = command.replace("$$", "$").replace(USUAL_PROOFS, f"{self.proofs}")
        renewing = self.run("sh", "-c", again)
        wait_until(lambda: len([*kept.glob("fullchain*")]) > before)
        end(renewing)

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        log = self.folder / "log"
        self.running.append(started([*command], self.folder, self.environment, log))
        return self.running[-1]

    def end(self) -> None:
        for process in self.running:
            end(process)


def make_own_certificate(folder: Path) -> None:
    """For its own https."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-out", "own.pem", "-keyout", "own.key"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
