"""The nginx of deploy/nginx.conf, on this machine's own ports and in a folder of its own."""

import getpass
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .serving import wait_for

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def configuration(folder: Path, port: int, inner_port: int, shop_port: int, host: str) -> str:
    """The text of deploy/nginx.conf with one worker, and places of one's own.

    Raises KeyError where it does not have what is to be replaced.
    """
    text = (DEPLOY / "nginx.conf").read_text()
    places = {
        "user www-data;": f"user {getpass.getuser()};",
        "worker_processes auto;": "worker_processes 1;",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx": f"{folder}",
        "/var/lib/nginx": f"{folder}",
        "/etc/nginx/conf.d": f"{folder}",
        "root /etc/nginx;": f"root {DEPLOY};",
        "listen 80": f"listen 127.0.0.1:{port}",
        "127.0.0.1:8081": f"127.0.0.1:{inner_port}",
        "127.0.0.1:8000": f"127.0.0.1:{shop_port}",
        "fresh.example.com": host,
    }
    for usual, here in places.items():
        if usual not in text:
            raise KeyError(usual)
        text = text.replace(usual, here)
    return text


@contextmanager
def nginx(folder: Path, port: int, text: str, more: str = "") -> Iterator[None]:
    """Runs a configuration in `folder`, which must exist; `more` is further servers."""
    paths = (f"{it}_temp_path {folder}/{it};" for it in TEMPORARY)
    (folder / "more.conf").write_text("\n".join([*paths, more]))
    (folder / "nginx").write_text(text)
    command = ["nginx", "-p", f"{folder}", "-c", f"{folder}/nginx", "-e", f"{folder}/error.log"]
    server = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        wait_for(port)
        yield
    finally:
        server.terminate()
        server.wait()
