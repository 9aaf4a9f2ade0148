"""nginx of deploy/nginx.conf before a server that answers what a test tells it to."""

import gzip
import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from bench.nginx import configuration, nginx
from deploy.rehearse.servers import free_port

from .programs import need

HOST = "shop.example.com"
REPORT = "/batch/7K3QF9XM2A"
MIDNIGHT = 1_795_294_800  # one in Istanbul, in seconds since 1970
NOW = f"{MIDNIGHT + 7}.000"
PAGE = b"<p>How fresh it is.</p>" * 400
MINUTE = "public, max-age=0, s-maxage=60"


def need_nginx() -> None:
    need("nginx", "REQUIRE_NGINX")


def later(seconds: float) -> str:
    return f"{MIDNIGHT + seconds:.3f}"


class Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Origin"

    def do_GET(self) -> None:
        self.server.asked.append(self)
        self.body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.say(self)

    do_HEAD = do_POST = do_GET  # noqa: N815 - http.server's names

    def tell(self, status: int, body: bytes, /, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def report(asked: Asked, **headers: str) -> None:
    usual = {
        "Cache_Control": MINUTE,
        "Content_Type": "text/html",
        "ETag": '"1"',
        "Vary": "Accept-Encoding, Accept-Language",
    }
    if asked.headers["Accept-Encoding"] == "gzip":
        compressed = {"Content_Encoding": "gzip", "ETag": 'W/"1"'}
        asked.tell(200, gzip.compress(PAGE), **usual | compressed | headers)
    else:
        asked.tell(200, PAGE, **usual | headers)


class Origin(ThreadingHTTPServer):
    """Stands for gunicorn, and answers what a test tells it to."""

    request_queue_size = 100

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Asked)
        self.asked: list[Asked] = []
        self.say: Callable[[Asked], None] = report

    def __enter__(self) -> "Origin":
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        self.server_close()


class Proxy:
    """nginx before an origin. It is told what time it is, by each request."""

    def __init__(self, folder: Path, host: str = HOST) -> None:
        self.folder = folder
        self.host = host
        self.port, self.shop_port, self.other_shop_port = free_port(), free_port(), free_port()

    @contextmanager
    def running(self, tls: bool = False, shops: int = 1) -> Iterator["Proxy"]:
        ports = [self.shop_port, self.other_shop_port][:shops]
        text = configuration(self.folder, self.port, ports, self.host, tls)
        text = replaced(text, "map $msec ", "map $http_now ")
        # For these no test can wait.
        text = replaced(text, "proxy_read_timeout 3s;", "proxy_read_timeout 2s;")
        text = replaced(text, "client_header_timeout 10s;", "client_header_timeout 1s;")
        # Each test may come from where it likes.
        text = replaced(
            text,
            "server_tokens off;",
            "server_tokens off; set_real_ip_from 127.0.0.1; real_ip_header Test-Address;",
        )
        with nginx(self.folder, self.port, text):
            yield self

    def ask(
        self, path: str = REPORT, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {"Host": self.host, "Now": NOW}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


def hang_up(asked: Asked) -> None:
    asked.close_connection = True


def replaced(text: str, usual: str, other: str) -> str:
    assert usual in text
    return text.replace(usual, other)
