"""How deploy/nginx.conf shares work among gunicorns, holds off floods, and what it writes down."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from accounts import rate_limits
from bench.nginx import DEPLOY
from deploy.rehearse.servers import wait_until

from .proxy import PAGE, REPORT, Asked, Origin, Proxy, hang_up, need_nginx

BURST = 80
AT_ONCE = 200  # reports, from one address


@pytest.fixture(autouse=True)
def noon() -> None:
    """nginx has its own clock, which does not travel."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    need_nginx()
    with Proxy(tmp_path).running(shops=2) as proxy:
        yield proxy


@pytest.fixture
def one(proxy: Proxy) -> Iterator[Origin]:
    with Origin(proxy.shop_port) as origin:
        yield origin


@pytest.fixture
def other(proxy: Proxy) -> Iterator[Origin]:
    with Origin(proxy.other_shop_port) as origin:
        yield origin


class TestSeveralGunicorns:
    def test_each_has_its_share(self, proxy: Proxy, one: Origin, other: Origin) -> None:
        for _request in range(10):
            assert proxy.ask("/admin")[0].status == 200
        assert (len(one.asked), len(other.asked)) == (5, 5)

    def test_what_is_posted_is_sent_once(self, proxy: Proxy, one: Origin, other: Origin) -> None:
        """Who broke off may have saved it."""
        one.say = other.say = hang_up
        assert proxy.ask("/admin/batches/new", "POST", b"a=1")[0].status == 503
        assert len(one.asked) + len(other.asked) == 1

    def test_unless_nothing_of_it_could_be_sent(self, proxy: Proxy, other: Origin) -> None:
        for _request in range(10):
            assert proxy.ask("/admin/batches/new", "POST", b"a=1")[0].status == 200
        assert [it.body for it in other.asked] == [b"a=1"] * 10

    @pytest.mark.parametrize("path", ["/admin", REPORT, "/static/css/base.css"])
    def test_what_is_read_is_asked_of_another(
        self, proxy: Proxy, one: Origin, other: Origin, path: str
    ) -> None:
        broken: list[Asked] = []

        def break_off_once(asked: Asked) -> None:
            if broken:
                asked.tell(200, b"Here")
            else:
                broken.append(asked)
                hang_up(asked)

        one.say = other.say = break_off_once
        answer, body = proxy.ask(path)
        assert (answer.status, body) == (200, b"Here")
        assert (len(one.asked), len(other.asked)) == (1, 1)

    def test_a_style_sheet_that_one_lacks_is_asked_of_another(
        self, proxy: Proxy, one: Origin, other: Origin
    ) -> None:
        """As the older of two versions does."""
        one.say = lambda asked: asked.tell(404, b"No such page")
        other.say = lambda asked: asked.tell(200, asked.path.encode())
        for number in range(10):
            path = f"/static/{number}.css"
            assert proxy.ask(path)[1] == path.encode()
        other.say = one.say
        answer, body = proxy.ask("/static/none.css")
        assert (answer.status, body) == (404, b"No such page")

    @pytest.mark.parametrize("status", [502, 503, 504])
    def test_a_report_that_one_cannot_show_is_asked_of_another(
        self, proxy: Proxy, one: Origin, other: Origin, status: int
    ) -> None:
        """As where one has lost its database, and the other has not."""
        one.say = lambda asked: asked.tell(status, b"The records do not answer")
        for number in range(10):
            assert proxy.ask(f"/batch/7K3QF9XM0{number}")[1] == PAGE

    def test_so_is_one_that_a_frozen_one_does_not_answer(
        self, proxy: Proxy, one: Origin, other: Origin
    ) -> None:
        one.say = lambda asked: time.sleep(2.5)
        for number in range(10):
            assert proxy.ask(f"/batch/7K3QF9XM0{number}")[1] == PAGE

    def test_where_none_can_the_shops_own_page_says_so(
        self, proxy: Proxy, one: Origin, other: Origin
    ) -> None:
        one.say = other.say = lambda asked: asked.tell(503, b"The records do not answer")
        answer, body = proxy.ask()
        assert (answer.status, body) == (503, b"The records do not answer")
        assert (len(one.asked), len(other.asked)) == (1, 1)

    def test_staff_are_led_to_one_that_cannot_show_reports(
        self, proxy: Proxy, one: Origin, other: Origin
    ) -> None:
        """It keeps what was typed for them."""

        def no_report(asked: Asked) -> None:
            asked.tell(503 if asked.path.startswith("/batch/") else 200, b"")

        one.say = other.say = no_report
        for number in range(10):
            assert proxy.ask(f"/batch/7K3QF9XM0{number}")[0].status == 503
        for _request in range(10):
            assert proxy.ask("/admin/batches/new", "POST", b"a=1")[0].status == 200

    def test_one_that_fails_twice_is_left_alone(
        self, proxy: Proxy, one: Origin, other: Origin
    ) -> None:
        one.say = hang_up
        for _request in range(20):
            assert proxy.ask("/admin")[0].status == 200
        assert len(one.asked) == 2

    def test_until_it_answers_again(self, proxy: Proxy, one: Origin, other: Origin) -> None:
        one.say = hang_up
        for _request in range(20):
            proxy.ask("/admin")
        one.say = lambda asked: asked.tell(200, b"")
        deadline = time.monotonic() + 15
        while len(one.asked) < 10 and time.monotonic() < deadline:
            assert proxy.ask("/admin")[0].status == 200
            time.sleep(0.02)
        assert len(one.asked) == 10


class TestFloods:
    @pytest.mark.parametrize("path", ["/login", "/login/code", "/register", "/reset-password"])
    def test_of_passwords_are_held_off(
        self, proxy: Proxy, one: Origin, other: Origin, path: str
    ) -> None:
        answers = [proxy.ask(path, "POST", b"a=1") for _try in range(BURST + 40)]
        assert [answer.status for answer, _body in answers[: BURST + 1]] == [200] * (BURST + 1)
        refused, body = answers[-1]
        assert (refused.status, body) == (429, (DEPLOY / "busy.html").read_bytes())
        assert refused.headers["Retry-After"] == "60"
        assert proxy.ask(path)[0].status == 200
        assert proxy.ask(REPORT)[0].status == 200
        assert proxy.ask(path, "POST", b"a=1", Test_Address="203.0.113.9")[0].status == 200

    def test_a_shops_wifi_reads_as_it_likes(self, proxy: Proxy, one: Origin, other: Origin) -> None:
        """All phones in it have one address."""
        with ThreadPoolExecutor(100) as phones:
            codes = [f"7K3QF9X{number:03d}" for number in range(AT_ONCE)]
            answers = list(phones.map(lambda code: proxy.ask(f"/batch/{code}"), codes))
        assert {(answer.status, body) for answer, body in answers} == {(200, PAGE)}

    @pytest.mark.parametrize("path", [REPORT, "/batch/7k3qf9xm2a", "/batch/x"])
    def test_of_reports_are_held_off(
        self, proxy: Proxy, one: Origin, other: Origin, path: str
    ) -> None:
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _time: proxy.ask(path), range(3 * AT_ONCE)))
        statuses = [answer.status for answer, _body in answers]
        assert set(statuses) == {200, 429}
        assert statuses.count(200) > AT_ONCE
        refused, body = next(it for it in answers if it[0].status == 429)
        assert body == (DEPLOY / "busy.html").read_bytes()
        assert "the date on the pack counts" in body.decode()
        assert refused.headers.get_all("Cache-Control") == ["no-store"]
        assert proxy.ask("/admin")[0].status == 200
        assert proxy.ask(REPORT, Test_Address="203.0.113.9")[0].status == 200
        time.sleep(0.5)
        assert proxy.ask(path)[0].status == 200

    def test_an_ipv6_address_counts_as_its_network(
        self, proxy: Proxy, one: Origin, other: Origin
    ) -> None:
        for number in range(BURST + 40):
            answer, _body = proxy.ask("/login", "POST", Test_Address=f"2001:db8::{number:x}")
        assert answer.status == 429
        assert proxy.ask("/login", "POST", Test_Address="2001:db8:0:1::1")[0].status == 200

    def test_the_program_says_it_first(self) -> None:
        text = (DEPLOY / "nginx.conf").read_text()
        [burst] = re.findall(r"zone=posts burst=(\d+) ", text)
        [rate] = re.findall(r"zone=posts:\w+ rate=(\d+)r/s", text)
        assert int(burst) == BURST
        for limit in (rate_limits.LOGINS, rate_limits.REGISTRATIONS, rate_limits.RESETS):
            assert limit.most < BURST
            assert limit.most / limit.within.total_seconds() < int(rate)


def test_whether_the_shop_is_ready_is_not_told_to_strangers(proxy: Proxy, one: Origin) -> None:
    assert proxy.ask("/readyz")[0].status == 404
    assert one.asked == []


class TestTheLog:
    def lines(self, proxy: Proxy) -> list[dict[str, object]]:
        """nginx writes each when its answer is on its way already."""
        log = proxy.folder / "freshness.log"
        wait_until(lambda: len(log.read_text().splitlines()) > 1)
        _whether_it_is_up, *lines = log.read_text().splitlines()
        return [json.loads(line) for line in lines]

    def test_it_says_how_requests_fare(self, proxy: Proxy, one: Origin, other: Origin) -> None:
        proxy.ask("/admin/batches", Test_Address="203.0.113.9")
        [line] = self.lines(proxy)
        assert line.keys() == {
            *("at", "status", "method", "route", "bytes", "seconds"),
            *("shop", "shop_status", "shop_seconds"),
        }
        assert (line["status"], line["method"], line["route"]) == (200, "GET", "/admin/batches")
        assert line["shop"] in {f"127.0.0.1:{it.server_port}" for it in (one, other)}

    @pytest.mark.parametrize(
        ("path", "route"),
        [
            ("/", "/"),
            ("/?code=7K3QF9XM2A", "/"),
            (REPORT, "/batch"),
            (f"{REPORT}?utm_source=x", "/batch"),
            ("/admin/batches/7K3QF9XM2A/edit", "/admin/batches"),
            ("/admin/batches?search=Ayşe", "/admin/batches"),
            ("/admin/7K3QF9XM2A", "/admin"),
            ("/login?next=/admin/batches/7K3QF9XM2A", "/login"),
            ("/reset-password/MQ/c1d2-token", "/reset-password"),
            ("/static/css/base.css", "/static"),
            ("/7K3QF9XM2A", "other"),
            ("/loginayse@example.com", "other"),
        ],
    )
    def test_it_names_the_kind_of_page_alone(self, proxy: Proxy, path: str, route: str) -> None:
        """Nothing listens here: what fails is written no other way."""
        proxy.ask(
            path.replace("ş", "%C5%9F"),
            Test_Address="203.0.113.9",
            Cookie="sessionid=mine",
            User_Agent="Nokia 3310",
            Referer="https://friend.example/",
        )
        [line] = self.lines(proxy)
        assert line["route"] == route
        text = (proxy.folder / "freshness.log").read_text() + (
            proxy.folder / "error.log"
        ).read_text()
        secrets = ("203.0.113.9", "mine", "Nokia", "friend", "7K3", "token", "ay", "utm", "search")
        assert [secret for secret in secrets if secret in text] == []

    def test_what_fails_is_written_as_it_was_asked(self, proxy: Proxy) -> None:
        proxy.ask("/admin/batches/new", "POST", b"a=1")
        [line] = self.lines(proxy)
        assert (line["status"], line["method"]) == (503, "POST")

    def test_an_invented_method_is_not_written(self, proxy: Proxy, one: Origin) -> None:
        proxy.ask("/", "AYSE")
        assert [it["method"] for it in self.lines(proxy)] == ["other"]
