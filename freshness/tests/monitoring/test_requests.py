"""What is counted, logged and measured of a shop that is really served."""

import json
import os
import re
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest
from django.test import RequestFactory
from django.utils import timezone

from batches.scans.proxy_log import minute_of
from conftest import PASSWORD
from deploy.rehearse.servers import free_port, wait_until
from freshness.http.error_views import server_error
from freshness.http.request_ids import KEY, answering, request_id
from freshness.monitoring.answered import Answered
from freshness.monitoring.requests import watch

from ..proxy import Proxy, later
from ..served import GUNICORN, SERVE, ServedShop
from ..test_proxy import needs_nginx  # noqa: F401 - used by name

Told = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def noon() -> None:
    """What is served has its own clock, which does not travel."""


def told_by(observed: list[Answered], answer: Any, path: str = "/", **headers: str) -> Told:
    told: Told = []
    environ = RequestFactory().get(path).environ | headers
    watched = watch(answer, [observed.append])
    body = watched(environ, lambda _status, headers: told.extend(headers))
    b"".join(body)
    getattr(body, "close", int)()
    return told


def saying(body: Any, **headers: str) -> Callable[..., Any]:
    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [(name.replace("_", "-"), it) for name, it in headers.items()])
        return body

    return answer


class TestRequestIds:
    def test_each_request_has_its_own(self) -> None:
        ids = {dict(told_by([], saying([])))["X-Request-ID"] for _ in range(50)}
        assert len(ids) == 50
        assert all(re.fullmatch(r"[0-9a-f]{16}", it) for it in ids)

    @pytest.mark.parametrize("shared", ["public, max-age=0, s-maxage=60", "max-age=9, public"])
    def test_what_caches_may_share_has_none(self, shared: str) -> None:
        assert told_by([], saying([], Cache_Control=shared)) == [("Cache-Control", shared)]

    @pytest.mark.parametrize(
        ("is_behind_proxy", "given", "is_taken"),
        [
            (True, "0123456789abcdef0123456789abcdef", True),
            (False, "0123456789abcdef0123456789abcdef", False),
            (True, "short", False),
            (True, "x" * 65, False),
            (True, "0123456789\r\nSet-Cookie: a", False),
            (True, "0123456789 <b>", False),
        ],
    )
    def test_the_proxys_is_taken_and_nobody_elses(
        self, settings: Any, is_behind_proxy: bool, given: str, is_taken: bool
    ) -> None:
        settings.BEHIND_PROXY = is_behind_proxy
        told = dict(told_by([], saying([]), HTTP_X_REQUEST_ID=given))
        assert (told["X-Request-ID"] == given) is is_taken

    def test_it_is_there_until_the_last_byte_and_no_longer(self) -> None:
        seen: list[str] = []

        def parts() -> Iterator[bytes]:
            seen.append(request_id())
            yield b""

        told = dict(told_by([], saying(parts())))
        assert seen == [told["X-Request-ID"]]
        assert request_id() == ""

    def test_the_page_of_a_fault_tells_it(self) -> None:
        request = RequestFactory().get("/")
        answering.set({KEY: "0123456789abcdef"})
        page = server_error(request).content.decode()
        answering.set(None)
        assert "name this number: 0123456789abcdef" in page
        assert "number" not in server_error(request).content.decode()


def test_what_is_handed_on_of_a_request_names_no_path_and_no_odd_method() -> None:
    observed: list[Answered] = []
    told_by(observed, saying([]), "/static/css/base.css")
    told_by(observed, saying([]), "/batch/7K3QF9XM2A", REQUEST_METHOD="EVIL")
    assert [(it.method, it.view, it.status) for it in observed] == [
        ("GET", "static", 200),
        ("other", "", 200),
    ]


@pytest.fixture
def shop(tmp_path: Path) -> ServedShop:
    shop = ServedShop(tmp_path)
    shop.command = GUNICORN
    shop.environment |= {"LOG_FORMAT": "json", "METRICS_PORT": f"{free_port()}"}
    shop.environment |= {"TMPDIR": f"{tmp_path}"}
    return shop


def recorded_batch(shop: ServedShop) -> str:
    """The code of a batch, which the first account has recorded."""
    person = {"full_name": "Ayşe Yılmaz", "email": "ayse@example.com"}
    shop.send("/register", **person, password1=PASSWORD, password2=PASSWORD)
    today = f"{timezone.localdate():%Y-%m-%d}"
    batch = {"batch_identifier": "kept", "butcher_date": today, "arrival_date": today}
    shop.send("/admin/batches/new", product="1", **batch)
    [code] = re.findall(r'href="/admin/batches/(\w{10})"', shop.get("/admin/batches"))[:1]
    return str(code)


def counted(shop: ServedShop) -> tuple[int, dict[str, int]]:
    """Scans of batches, and those of the shop by what was shown."""
    with sqlite3.connect(shop.environment["DATABASE_URL"].removeprefix("sqlite:///")) as data:
        [(of_batches,)] = data.execute("SELECT coalesce(sum(count), 0) FROM batches_batchscans")
        by_shown = data.execute("SELECT shown, sum(count) FROM batches_shopscans GROUP BY shown")
        return of_batches, dict(by_shown.fetchall())


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def scan(port: int, code: str, times: int) -> None:
    """As a crowd does, so that both workers are asked."""
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _phone: ask(port, f"/batch/{code}")[0], range(times)))
    assert answers == [200] * times


def measured(shop: ServedShop) -> dict[str, float]:
    status, text = ask(int(shop.environment["METRICS_PORT"]), "/metrics")
    assert status == 200
    lines = [it for it in text.splitlines() if not it.startswith("#")]
    return {name: float(value) for name, value in (it.rsplit(" ", 1) for it in lines)}


def log_of(shop: ServedShop) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shop.said.read_text().splitlines()]


# The name alone tells whose it is.
STAFF_COOKIES = [
    *("sessionid=x", "sessionid=", "a=1; sessionid=x", "a=1;sessionid=x; b=2", " sessionid = x"),
]
OTHER_COOKIES = [
    *("a=sessionid", "xsessionid=x", "sessionid2=x", "SESSIONID=x", "csrftoken=x", "a=b=sessionid"),
    *("session_id=x", "sessionid", "a-sessionid=x"),
]
REPORTS = 'freshness_request_seconds_count{method="GET",status="2xx",view="report"}'


@pytest.mark.parametrize(
    ("command", "how"),
    [(GUNICORN, signal.SIGTERM), (SERVE, signal.SIGTERM), (SERVE, signal.SIGINT)],
)
def test_all_scans_are_counted_when_it_ends(
    shop: ServedShop, command: list[str], how: signal.Signals
) -> None:
    shop.command = command
    with shop.running():
        port, code = int(shop.environment["PORT"]), recorded_batch(shop)
        scan(port, code, 100)
        etag = shop.open(f"/batch/{code}")[0].headers["ETag"]  # of somebody who is signed in
        assert ask(port, f"/batch/{code}", If_None_Match=etag)[0] == 304
        assert ask(port, f"/batch/{code.lower()}")[0] == 302
        for cookie in STAFF_COOKIES:
            assert ask(port, f"/batch/{code}", Cookie=cookie)[0] == 200
            assert ask(port, f"/batch/{code}", Cookie=cookie, If_None_Match=etag)[0] == 304
        for cookie in OTHER_COOKIES:
            assert ask(port, f"/batch/{code}", Cookie=cookie)[0] == 200
        ask(port, f"/batch/{code}", "HEAD")
        ask(port, f"/batch/{code}", "POST")
        ask(port, "/batch/0000000000")
        assert shop.end(how) == 0
        scans = 101 + len(OTHER_COOKIES)
        assert counted(shop) == (scans, {"fresh": scans})


def test_metrics_of_both_workers_add_up(shop: ServedShop, tmp_path: Path) -> None:
    with shop.running():
        port, code = int(shop.environment["PORT"]), recorded_batch(shop)
        scan(port, code, 200)
        shop.send("/logout")
        shop.open("/login", {"username": "ayse@example.com", "password": "wrong"})
        found = measured(shop)
        deadline = time.monotonic() + 10
        while found.get(REPORTS, 0) < 200 and time.monotonic() < deadline:
            found = measured(shop)
        assert found[REPORTS] == 200
        buckets = [it for name, it in found.items() if "_bucket" in name and '"report"' in name]
        assert max(buckets) == 200
        # Each worker reads a report first, as do those who ask before it has; the crowd is 8.
        assert found["freshness_reports_kept_total"] >= 100
        assert found['freshness_batches{status="fresh"}'] == 1
        assert found["freshness_database_up"] == 1
        assert found["freshness_migrations_unapplied"] == 0
        assert found['freshness_security_events_total{event="registered"}'] == 1
        [folder] = tmp_path.glob("freshness-metrics-*")
        assert len(list(folder.glob("histogram_*.db"))) >= 2
        (folder / "histogram_1.db").touch()  # of a process that begins
        # A worker that is killed takes nothing along, and another answers in its place.
        master = psutil.Process(shop.server.pid)
        for worker in master.children():
            worker.kill()
            worker.wait()
            assert measured(shop)[REPORTS] == 200
        shop.end(signal.SIGTERM)
        assert list(tmp_path.glob("freshness-metrics-*")) == []


def test_metrics_of_a_single_process(shop: ServedShop, tmp_path: Path) -> None:
    shop.command = SERVE
    with shop.running():
        port, code = int(shop.environment["PORT"]), recorded_batch(shop)
        scan(port, code, 100)
        wait_until(lambda: measured(shop).get(REPORTS, 0) >= 100)
        found = measured(shop)
        assert found[REPORTS] == 100
        buckets = [it for name, it in found.items() if "_bucket" in name and '"report"' in name]
        assert max(buckets) == 100
        assert found["freshness_reports_kept_total"] >= 80
        assert found['freshness_batches{status="fresh"}'] == 1
        assert found['freshness_security_events_total{event="registered"}'] == 1
        assert not [name for name in found if name.endswith("_created")]
        assert list(tmp_path.glob("freshness-metrics-*")) == []
        assert shop.end(signal.SIGTERM) == 0


def test_metrics_are_for_this_machine_alone(shop: ServedShop) -> None:
    with shop.running():
        port = int(shop.environment["METRICS_PORT"])
        master = psutil.Process(shop.server.pid)
        listening = [it.laddr for it in master.net_connections() if it.status == "LISTEN"]
        assert [it.ip for it in listening if it.port == port] == ["127.0.0.1"]
        assert shop.open("/metrics")[0].status == 404
        outside = socket.gethostbyname(socket.gethostname())
        if not outside.startswith("127."):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((outside, port), timeout=5)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a second address")
def test_metrics_can_be_for_another_network(shop: ServedShop) -> None:
    shop.environment["METRICS_HOST"] = "127.0.0.2"
    with shop.running():
        port = int(shop.environment["METRICS_PORT"])
        with urlopen(f"http://127.0.0.2:{port}/metrics", timeout=20) as answer:
            assert b"freshness_database_up 1.0" in answer.read()
        with pytest.raises(ConnectionRefusedError):
            ask(port, "/metrics")


@pytest.mark.parametrize("command", [SERVE, GUNICORN])
def test_a_port_that_is_taken_stops_the_start_in_one_line(
    shop: ServedShop, command: list[str]
) -> None:
    shop.command = command
    taken = "127.0.0.1", int(shop.environment["METRICS_PORT"])
    with socket.create_server(taken), pytest.raises(pytest.fail.Exception), shop.running():
        pass
    assert "METRICS_PORT: 127.0.0.1:" in shop.said.read_text().splitlines()[-1]


def test_each_line_of_the_log_is_an_object_and_none_names_a_person(shop: ServedShop) -> None:
    with shop.running():
        code = recorded_batch(shop)
        port = int(shop.environment["PORT"])
        secret = {
            "X_Forwarded_For": "203.0.113.77",
            "Cookie": "sessionid=secretsession",
            "User_Agent": "SecretPhone/1.0",
            "Authorization": "Basic c2VjcmV0",
            "X_Request_ID": "forged-by-somebody",
        }
        ask(port, f"/batch/{code}?email=query@example.com", **secret)
        ask(port, "/reset-password/MQ/secret-token", **secret)
        ask(port, "/nothing/ayse@example.com", **secret)
        shop.open("/login", {"username": "typed@example.com", "password": "secret password"})
        wait_until(lambda: '"view": "login"' in shop.said.read_text())
        worker = psutil.Process(shop.server.pid).children()[0]
        worker.kill()  # of which gunicorn tells
        wait_until(lambda: "gunicorn.error" in shop.said.read_text())
        shop.end(signal.SIGTERM)
    text = shop.said.read_text()
    for named in ("@", "203.0.113", "127.0.0.1", "ecret", "forged", "Ayşe", "kept", code):
        assert named not in text, named
    lines = log_of(shop)
    requests = [it for it in lines if it["logger"] == "freshness.requests"]
    assert {"gunicorn.error", "freshness.requests"} <= {it["logger"] for it in lines}
    assert all(re.fullmatch(r"[0-9a-f]{16}", it["request_id"]) for it in requests)
    assert len({it["request_id"] for it in requests}) == len(requests)
    assert {"report", "reset_password", "login", "register", "add_batch", "batches", ""} <= {
        it["view"] for it in requests
    } | {"reset_password"}
    of_staff = [it for it in requests if it["view"] == "add_batch"]
    assert {(it["method"], it["user"]) for it in of_staff} == {("GET", 1), ("POST", 1)}


@pytest.mark.parametrize("command", [SERVE, GUNICORN])
def test_in_plain_it_is_silent_while_all_goes_well(shop: ServedShop, command: list[str]) -> None:
    shop.command = command
    shop.environment |= {"LOG_FORMAT": "", "METRICS_PORT": ""}
    with shop.running():
        scan(int(shop.environment["PORT"]), recorded_batch(shop), 10)
        shop.end(signal.SIGTERM)
    assert shop.said.read_text() == ""


@pytest.mark.usefixtures("needs_nginx")
def test_all_scans_that_nginx_answers_are_counted(shop: ServedShop, tmp_path: Path) -> None:
    folder = tmp_path / "nginx"
    (folder / "scans").mkdir(parents=True)
    proxy = Proxy(folder, host="127.0.0.1")
    proxy.shop_port = int(shop.environment["PORT"])
    shop.url = f"http://127.0.0.1:{proxy.port}"
    shop.environment |= {"PUBLIC_URL": shop.url, "BEHIND_PROXY": "true"}
    shop.environment |= {"SCANS_LOG": f"{folder / 'scans'}"}
    with proxy.running(), shop.running():
        code = recorded_batch(shop)
        path = f"/batch/{code}"
        first, _page = proxy.ask(path)
        assert (first.headers["X-Freshness"], first.headers["X-Request-ID"]) == (None, None)
        for _ in range(40):  # of which most are answered by nginx alone
            assert proxy.ask(path)[0].status == 200
        etag = first.headers["ETag"]
        assert proxy.ask(path, If_None_Match=etag)[0].status == 304
        for cookie in OTHER_COOKIES:
            assert proxy.ask(path, Cookie=cookie)[0].status == 200
        for cookie in [*STAFF_COOKIES, "__Host-sessionid=x"]:
            assert proxy.ask(path, Cookie=cookie)[0].status == 200
            assert proxy.ask(path, Cookie=cookie, Now=later(50))[0].status == 200
            assert proxy.ask(path, Cookie=cookie, If_None_Match=etag)[0].status == 304
        assert proxy.ask(f"/batch/{code[:5]}-{code[5:]}")[0].status == 302
        proxy.ask(path, "HEAD")
        proxy.ask("/batch/0000000000")
        proxy.ask("/login")
        shop.end(signal.SIGKILL)
        assert proxy.ask(path)[0].status == 200  # for its 50 seconds
        assert proxy.ask(path, Now=later(100))[0].status == 503
        assert counted(shop) == (0, {})
        scans = 43 + len(OTHER_COOKIES)
        wait_until(
            lambda: len(scans_in(folder)) == scans
        )  # the last answer is here before its line
        assert {*scans_in(folder)} == {f"fresh {path}"}
        for file in [*(folder / "scans").iterdir()]:
            let_pass(file, timedelta(minutes=5))
        for _first_and_again in range(2):
            shop.manage("count_scans")
            assert counted(shop) == (scans, {"fresh": scans})
        assert os.listdir(folder / "scans") == []


def scans_in(folder: Path) -> list[str]:
    return "".join(it.read_text() for it in (folder / "scans").iterdir()).splitlines()


def let_pass(file: Path, time: timedelta) -> None:
    """As if its minute had been so long ago."""
    minute = minute_of(file)
    assert minute
    file.rename(file.with_stem((minute - time).isoformat(timespec="minutes")))
