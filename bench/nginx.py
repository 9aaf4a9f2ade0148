"""The nginx of deploy/nginx.conf, on this machine's own ports and in a folder of its own."""

import getpass
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .serving import wait_for

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def configuration(
    folder: Path,
    port: int,
    shop_ports: list[int],
    host: str,
    tls: bool = False,
    logs: str = "",
) -> str:
    """The text of deploy/nginx.conf with one worker, and places of one's own.

    Without `tls` it speaks http where it would speak https. With it, the certificate is
    `folder`/fullchain.pem and privkey.pem. What listens on port 80 listens on `folder`/plain.
    Logs are in `folder`, unless elsewhere.
    Raises KeyError where it does not have what is to be replaced.
    """
    shops = "".join(f"server 127.0.0.1:{it} max_fails=2 fail_timeout=5s; " for it in shop_ports)
    text = changed(
        (DEPLOY / "nginx.conf").read_text(),
        {
            r"^user .*;": f"user {getpass.getuser()};",
            r"^worker_processes .*;": "worker_processes 1;",
            r"/run/nginx\.pid": f"{folder}/nginx.pid",
            r"/etc/letsencrypt/live/[^/]+": f"{folder}",
            r"/var/log/nginx": logs or f"{folder}",
            r"/var/log/freshness": f"{folder}",
            r"/var/cache/nginx": f"{folder}/cache",
            r"/etc/nginx/conf\.d": f"{folder}",
            r"root /etc/nginx;": f"root {DEPLOY};",
            r"root /var/www/html;": f"root {folder}/html;",
            r"^ +listen \[::\].*\n": "",
            r"listen 80\b": f"listen unix:{folder}/plain",
            r"listen 443\b": f"listen 127.0.0.1:{port}",
            r"^ +server .* max_fails=.*\n(?: +server .* max_fails=.*\n)*": f"{shops}\n",
            r"fresh\.example\.com": host,
        },
    )
    return text if tls else changed(text, {r" ssl http2": "", r"^ +ssl_(?:reject|cert).*\n": ""})


def changed(text: str, places: dict[str, str]) -> str:
    for usual, here in places.items():
        text, times = re.subn(usual, here, text, flags=re.M)
        if not times:
            raise KeyError(usual)
    return text


@contextmanager
def nginx(folder: Path, port: int, text: str, more: str = "") -> Iterator[None]:
    """Runs a configuration in `folder`, which must exist; `more` is further servers."""
    for name in ("scans", "cache"):
        (folder / name).mkdir(exist_ok=True)
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
