"""What `manage.py serve` stands, with nothing in front of it."""

import errno
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from django.conf import settings as project_settings

from freshness.serving.connection_limit import MOST_CONNECTIONS, connection_limit
from freshness.serving.request_queues import MOST_WAITING, RequestQueues, started_threads
from freshness.serving.waitress_server import (
    Server,
    answer_head_without_body,
    listen,
    port_problem,
)

from ..served import ServedShop
from ..test_settings import ROOT

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
UPLOAD = FORM.replace(b"/login", b"/admin/import") + b"Content-Length: 20000000\r\n\r\n"
CLIENTS = 100  # of each kind
SOON = 10  # seconds in which anybody else is answered, on a busy machine


@pytest.fixture(autouse=True)
def noon() -> None:
    """What is served has its own clock, which does not travel."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedShop]:
    with ServedShop(Path(tmp_path_factory.mktemp("shop"))).running() as shop:
        yield shop


def connect(shop: ServedShop, room: int = 0) -> socket.socket:
    """A connection; with `room`, one that takes in so few bytes that are not read."""
    place = urlsplit(shop.url)
    client = socket.socket()
    client.settimeout(10)
    if room:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    client.connect((place.hostname, place.port))
    return client


def answers(shop: ServedShop, *pieces: bytes, pause: float = 0.05) -> list[bytes]:
    """Send piece by piece; return each status line's number and what follows, to the end."""
    with connect(shop) as client, client.makefile("rb") as answer:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(pause)
        text = answer.read()
    return [line.split()[1] for line in re.findall(rb"^HTTP/1\.[01] .*", text, re.M)]


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


ATTACKS = {
    "idle": [b""],
    "slow heads": [HEAD + b"X-Slow: "],
    "slow bodies": [FORM + b"Content-Length: 500\r\n\r\nuser"],
    "slow uploads": [UPLOAD + b"a" * 100_000],
    "half heads that ask to continue": [FORM + b"X: 100-continue\r\nExpect: 100-continue\r\n"],
    "Expect without a body": [FORM + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n"],
    "Expect with a body that does not come": [
        FORM + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    ],
    "chunked without a body": [FORM + b"Transfer-Encoding: chunked\r\n\r\n"],
    "pipelined halves": [HEAD + b"\r\n" + HEAD],
    "answers that nobody reads": [(HEAD + b"\r\n") * 100],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_who_is_slow_stops_nobody(served: ServedShop, attack: str) -> None:
    [sent] = ATTACKS[attack]
    with ExitStack() as slow:
        clients = [slow.enter_context(connect(served, room=2048)) for _client in range(CLIENTS)]
        for client in clients:
            client.sendall(sent)
        for _time in range(3):
            begun = time.monotonic()
            served.get("/")
            assert time.monotonic() - begun < SOON
            for client in clients:
                with suppress(OSError):  # it was refused, and shown the door
                    client.send(b"a")


WITH_FEW_FILES = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
sys.argv = ["manage.py", "serve"]
runpy.run_path("manage.py", run_name="__main__")
"""


def test_more_connections_than_there_may_be_stop_nobody(tmp_path: Path) -> None:
    shop = ServedShop(tmp_path)
    shop.command = ["-c", WITH_FEW_FILES]
    with shop.running(), ExitStack() as idle:
        for number in range(4 * CLIENTS):
            client = idle.enter_context(connect(shop))
            client.sendall((b"", HEAD, UPLOAD + b"a")[number % 3])
        begun = time.monotonic()
        for _time in range(3):
            shop.get("/")
        assert time.monotonic() - begun < SOON
        assert len(psutil.Process(shop.server.pid).net_connections()) <= CLIENTS


def test_answers_that_nobody_reads_hold_few_files_open(served: ServedShop) -> None:
    path = b"/static/admin/js/vendor/jquery/jquery.js"
    large = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path
    server = psutil.Process(served.server.pid)
    before = server.num_fds()
    with ExitStack() as unread:
        for _client in range(CLIENTS):
            client = unread.enter_context(connect(served, room=2048))
            client.sendall(large * 100)
        served.get("/")
        time.sleep(1)
        assert server.num_fds() - before < 3 * CLIENTS
        served.get("/")
    wait_until(lambda: server.num_fds() < before + CLIENTS / 4)


def test_who_half_closes_costs_nothing(served: ServedShop) -> None:
    server = psutil.Process(served.server.pid)
    with ExitStack() as half_closed:
        for sent in (b"", HEAD, HEAD + b"\r\n", FORM + b"Content-Length: 9\r\n\r\n1"):
            for _client in range(CLIENTS // 4):
                client = half_closed.enter_context(connect(served))
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)
        served.get("/")
        time.sleep(0.5)
        before = sum(server.cpu_times()[:2])
        time.sleep(2)
        assert sum(server.cpu_times()[:2]) - before < 0.4
        served.get("/")


@pytest.mark.parametrize("length", [10, 100_000])
def test_a_request_may_come_in_pieces(served: ServedShop, length: int) -> None:
    body = b"a" * length
    head = FORM + b"Content-Length: %d\r\nConnection: close\r\n\r" % length
    assert answers(served, head[:20], head[20:], b"\n", body[:7], body[7:]) == [b"403"]


def test_requests_may_come_before_the_answers(served: ServedShop) -> None:
    assert answers(served, HEAD + b"\r\n" + HEAD + b"Connection: close\r\n\r\n") == [b"200"] * 2


def test_who_asks_whether_to_send_is_told(served: ServedShop) -> None:
    asking = FORM + b"Content-Length: 4\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n"
    assert answers(served, asking, b"body") == [b"100", b"403"]


def test_an_answer_to_head_has_no_body_and_the_next_one_is_whole(served: ServedShop) -> None:
    for path in (b"/", b"/login", b"/batch/nothing", b"/static/nothing.css", b"/static/../x"):
        head = b"HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path
        with connect(served) as client, client.makefile("rb") as answer:
            client.sendall(head + HEAD + b"Connection: close\r\n\r\n")
            text = answer.read()
        first, _end, rest = text.partition(b"\r\n\r\n")
        assert b"Content-Length: " in first
        assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
        assert rest.count(b"</html>") == 1


def test_a_streamed_answer_to_head_has_the_length_of_the_body() -> None:
    closed = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"abc", b"de"])

        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start_response: Any) -> Body:
        start_response("200 OK", [("Content-Type", "text/csv")])
        return Body()

    told: list[Any] = []
    wrapped = answer_head_without_body(application)
    body = wrapped({"REQUEST_METHOD": "HEAD"}, lambda *started: told.extend(started))
    assert list(body) == []
    assert told == ["200 OK", [("Content-Type", "text/csv"), ("Content-Length", "5")]]
    assert closed == [True]


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 4\r\nContent-Length: 44\r\n\r\nbody",
        b"Content-Length: +4\r\n\r\nbody",
        b"Content-Length: 4, 4\r\n\r\nbody",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        b"Content-Length: 4\r\n X: folded\rbare\r\n\r\nbody",
    ],
)
def test_no_request_hides_in_another(served: ServedShop, fields: bytes) -> None:
    """It is refused, or it has the end that HTTP gives it; what follows is never its own guess."""
    statuses = answers(served, FORM + fields + SMUGGLED + HEAD + b"Connection: close\r\n\r\n")
    assert statuses in ([b"400"], [b"501"], [b"403", b"404", b"200"])


def test_headers_and_bodies_have_an_end(served: ServedShop) -> None:
    assert answers(served, (HEAD + b"X: ").ljust(64 * 1024, b"a")) == [b"431"]
    for path, length, status in [
        (b"/login", 26 * 1024**2, b"413"),
        (b"/admin/import", 26 * 1024**2 + 1, b"413"),
        (b"/login", 10**15, b"413"),
    ]:
        head = FORM.replace(b"/login", path) + b"Content-Length: %d\r\n\r\n" % length
        assert answers(served, head) == [status]


@pytest.mark.parametrize(
    "head",
    [
        b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n",
        b"GET http://[x]/batch/7K3QF9XM2A HTTP/1.1\r\nHost: localhost\r\n",
        FORM + b"Content-Length: " + b"9" * 5_000 + b"\r\n",
    ],
)
def test_what_cannot_be_read_is_a_bad_request_and_nothing_to_log(
    served: ServedShop, head: bytes
) -> None:
    before = served.said.read_text()
    assert answers(served, head + b"\r\n") == [b"400"]
    assert served.said.read_text() == before


def test_many_who_do_not_close_stop_nobody(served: ServedShop) -> None:
    """Each has its answer, and stays."""
    with ExitStack() as open_ones:
        for _client in range(CLIENTS):
            client = open_ones.enter_context(connect(served))
            client.sendall(HEAD + b"\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"
        served.get("/")


class Connection:
    """Of waitress's, what says who answers it, and whether its client is borne."""

    def __init__(self, command: str, path: str, error: object = None) -> None:
        self.requests, self.command, self.path, self.error = [self], command, path, error
        self.request: Connection | None = None
        self.total_outbufs_len = self.body_bytes_received = 0
        self.last_activity = 1_000.0


def test_how_long_a_slow_client_is_borne() -> None:
    server = Server(lambda _environ, _start: [], listen(0))
    try:
        answered = Connection("GET", "/")
        assert not server.is_stalled(answered, 9_000)
        answered.total_outbufs_len = 1  # which is not read
        assert [server.is_stalled(answered, it) for it in (1_020, 1_021)] == [False, True]
        sending = Connection("", "")
        sending.requests = []
        sending.request = Connection("POST", "/admin/import")
        seen = [server.is_stalled(sending, it) for it in (1_000, 1_020, 1_021)]
        assert seen == [False, False, True]
        sending.request.body_bytes_received = 25_000_000  # of a file on a slow line
        assert [server.is_stalled(sending, it) for it in (9_000, 26_021)] == [False, True]
    finally:
        server.waitress.task_dispatcher.shutdown()
        server.waitress.close()


def test_reports_pages_and_saves_wait_apart() -> None:
    queues = RequestQueues(started_threads(1))
    try:
        for method, path, queue in [
            ("GET", "/batch/7K3QF9XM2A", queues.reports),
            ("HEAD", "/batch/7K3QF9XM2A", queues.reports),
            ("POST", "/batch/7K3QF9XM2A", queues.saves),
            ("GET", "/admin", queues.pages),
            ("POST", "/admin/batches/new", queues.saves),
            ("PROPFIND", "/", queues.saves),
        ]:
            assert queues.queue_of(Connection(method, path)) is queue
        assert queues.queue_of(Connection("", "", error="bad")) is queues.pages
        queues.saves.set_thread_count(0)
        wait_until(lambda: not queues.saves.threads)
        queues.saves.queue.extend([None] * MOST_WAITING)
        assert queues.queue_of(Connection("POST", "/login")) is queues.pages
        queues.saves.queue.clear()
    finally:
        queues.shutdown()


def test_as_many_connections_as_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (300, int(sys.argv[1])));"
        "from freshness.serving.connection_limit import connection_limit; print(connection_limit())"
    )
    for hard in (300, 600, min(limits[1], 90_000) if limits[1] > 0 else 90_000):
        command = [sys.executable, "-c", program, f"{hard}"]
        said = subprocess.check_output(command, cwd=ROOT, text=True)
        assert int(said) == min(MOST_CONNECTIONS, hard // 3)
    monkeypatch.setitem(sys.modules, "resource", None)
    assert connection_limit() == 150


def test_an_answer_that_is_under_way_is_delivered_when_it_stops(tmp_path: Path) -> None:
    """A large one, whose client reads slowly."""
    shop = ServedShop(tmp_path)
    with shop.running(), connect(shop, room=2048) as client:
        icon = b"GET /static/icons/icon-512.png HTTP/1.1\r\nHost: localhost\r\n\r\n"
        client.sendall(icon * 20)
        text = client.recv(100)
        shop.server.send_signal(signal.SIGTERM)
        while some := client.recv(50_000):
            text += some
            time.sleep(0.001)
        assert shop.server.wait(timeout=15) == 0
    bodies = text.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert len(bodies) == 20
    assert len({len(body.partition(b"\r\n\r\n")[2]) for body in bodies}) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_stops_at_once_whoever_is_connected(tmp_path: Path, number: signal.Signals) -> None:
    shop = ServedShop(tmp_path)
    with shop.running(), connect(shop), connect(shop) as slow:
        slow.sendall(HEAD)
        begun = time.monotonic()
        assert shop.end(number) == 0
        assert time.monotonic() - begun < SOON
    assert shop.said.read_text() == ""


def start_again(shop: ServedShop, **choices: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *shop.command],
        cwd=ROOT,
        env=shop.environment | choices,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_taken_port_is_said_in_one_sentence_and_no_success(served: ServedShop) -> None:
    ended = start_again(served)
    port = int(served.environment["PORT"])
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"Port {port} is taken: another program uses it, or this shop runs already. Stop that one, "
        f"or choose another port, such as PORT={port + 1}.\n"
    )


def test_the_welcome_comes_once_the_port_is_had(served: ServedShop) -> None:
    printed = served.printed.read_text()
    assert f"On this computer: http://localhost:{served.environment['PORT']}\n" in printed
    assert printed.rstrip().endswith("Stop with Ctrl-C.")


def test_a_privileged_port_is_said_in_a_sentence() -> None:
    message = port_problem(PermissionError(errno.EACCES, "denied")) % {"port": 80, "other": 8000}
    assert message == (
        "Port 80 cannot be used: this account may not, or another program keeps it. Choose "
        "another port, such as PORT=8000."
    )


def test_a_wrong_setting_stops_the_start_in_a_line(served: ServedShop) -> None:
    ended = start_again(served, REGISTRATION="sometimes")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("REGISTRATION: “sometimes” is not known.")
    assert ended.stderr.count("\n") == 1


def test_it_is_served_while_the_database_does_not_answer(tmp_path: Path) -> None:
    shop = ServedShop(tmp_path)
    shop.environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/nowhere/shop.sqlite3"
    shop.collect_static()
    try:
        shop.start()
        assert shop.open("/batch/7K3QF9XM2A")[0].status == 503
    finally:
        shop.end(signal.SIGTERM)
    assert "Traceback" not in shop.said.read_text()


MISSING_ON_WINDOWS = ["fcntl", "grp", "pwd", "resource", "termios"]
AS_ON_WINDOWS = f"""
import os, runpy, select, signal, sys
import psutil, subprocess  # which have other insides there
for name in {MISSING_ON_WINDOWS}:
    sys.modules[name] = None
for name in ("fork", "geteuid", "getuid", "getgid", "killpg", "setsid"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGUSR1", "SIGQUIT", "SIGCHLD"):
    delattr(signal, name)
del select.poll
import freshness.backups.create, freshness.backups.restore
sys.argv = ["manage.py", "serve"]
runpy.run_path("manage.py", run_name="__main__")
"""


def test_nothing_is_missing_on_windows(tmp_path: Path) -> None:
    shop = ServedShop(tmp_path)
    shop.command = ["-c", AS_ON_WINDOWS]
    shop.environment |= {
        "DJANGO_SETTINGS_MODULE": "freshness.settings",
        "PYTHONIOENCODING": "cp1252",  # as a file has it there
        "PUBLIC_URL": "http://192.168.1.20:8000",
        "SHOP_NAME": "Kasap Şükrü",
    }
    with shop.running():
        assert "How fresh is it?" in shop.get("/")
        with ThreadPoolExecutor(20) as crowd:
            assert all(crowd.map(lambda _client: shop.open("/login")[0].status, range(60)))
        assert shop.end(signal.SIGINT) == 0
    assert shop.said.read_text() == ""


def test_it_is_one_process_with_few_threads(served: ServedShop) -> None:
    server = psutil.Process(served.server.pid)
    assert server.children() == []
    assert server.num_threads() < 30
    assert os.fspath(project_settings.BASE_DIR) == f"{ROOT}"
