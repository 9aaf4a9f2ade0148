"""What deploy/nginx.conf keeps, for whom and how long, asked of a real nginx."""

import base64
import gzip
import hashlib
import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language_from_request
from hypothesis import HealthCheck, example, given
from hypothesis import settings as search
from hypothesis import strategies as some

from batches.rules.shelf_life import next_midnight
from bench.nginx import DEPLOY
from conftest import PASSWORD, words
from deploy.rehearse.servers import commands_of

from .proxy import (
    HOST,
    MINUTE,
    NOW,
    PAGE,
    REPORT,
    Asked,
    Origin,
    Proxy,
    hang_up,
    later,
    need_nginx,
    report,
)
from .served import GUNICORN, ServedShop


@pytest.fixture(autouse=True)
def noon() -> None:
    """nginx has its own clock, which does not travel."""


@pytest.fixture(autouse=True)
def needs_nginx() -> None:
    need_nginx()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    with Proxy(tmp_path).running() as proxy:
        yield proxy


@pytest.fixture
def origin(proxy: Proxy) -> Iterator[Origin]:
    with Origin(proxy.shop_port) as origin:
        yield origin


class TestOneAnswerForAll:
    def test_whatever_the_request_brings_along(self, proxy: Proxy, origin: Origin) -> None:
        assert proxy.ask()[1] == PAGE
        assert proxy.ask(f"{REPORT}?utm_source=x")[1] == PAGE
        assert proxy.ask("/batch/%37K3QF9XM2A")[1] == PAGE
        assert proxy.ask(Cookie="sessionid=mine", Authorization="Basic eA==")[1] == PAGE
        assert proxy.ask(Cache_Control="no-cache", Pragma="no-cache")[1] == PAGE
        assert proxy.ask(method="HEAD")[0].status == 200
        assert len(origin.asked) == 1

    def test_nothing_of_one_phone_goes_into_it(self, proxy: Proxy, origin: Origin) -> None:
        proxy.ask(
            f"{REPORT}?utm_source=x",
            Cookie="sessionid=mine",
            Range="bytes=0-9",
            If_None_Match='"1"',
            X_Forwarded_For="203.0.113.9",
            X_Forwarded_Host="evil.example",
            X_Forwarded_Ssl="on",
        )
        [asked] = origin.asked
        assert asked.path == REPORT
        assert {name.lower(): value for name, value in asked.headers.items()} == {
            "host": HOST,
            "connection": "close",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-proto": "http",
        }

    def test_a_body_is_not_handed_on(self, proxy: Proxy, origin: Origin) -> None:
        proxy.ask(body=b"other=1")
        assert origin.asked[0].body == b""

    def test_head_first_is_kept_whole(self, proxy: Proxy, origin: Origin) -> None:
        assert proxy.ask(method="HEAD")[1] == b""
        assert proxy.ask()[1] == PAGE
        assert [it.command for it in origin.asked] == ["GET"]

    def test_a_phone_that_has_it_is_told_so(self, proxy: Proxy, origin: Origin) -> None:
        for _first_and_again in range(2):
            answer, body = proxy.ask(If_None_Match='"1"')
            assert (answer.status, body) == (304, b"")
            assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert proxy.ask(If_None_Match='"2"')[1] == PAGE
        assert len(origin.asked) == 1

    def test_a_part_of_it_is_not_given(self, proxy: Proxy, origin: Origin) -> None:
        for _first_and_again in range(2):
            answer, body = proxy.ask(Range="bytes=0-9")
            assert (answer.status, body) == (200, PAGE)

    def test_it_is_kept_compressed_for_those_who_can_read_that(
        self, proxy: Proxy, origin: Origin
    ) -> None:
        for accepted in ("gzip", "gzip, deflate, br", "br, gzip"):
            answer, body = proxy.ask(Accept_Encoding=accepted)
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(body) == PAGE
            assert answer.headers["Vary"] == "Accept-Encoding, Accept-Language"
            assert proxy.ask(Accept_Encoding=accepted, If_None_Match='W/"1"')[0].status == 304
        for accepted in ("", "br", "gzip;q=0", "x-gzip"):
            answer, body = proxy.ask(Accept_Encoding=accepted)
            assert answer.headers["Content-Encoding"] is None
            assert body == PAGE
        assert len(origin.asked) == 2

    @pytest.mark.parametrize("kept", [False, True])
    def test_a_crowd_is_one_request(self, proxy: Proxy, origin: Origin, kept: bool) -> None:
        def slowly(asked: Asked) -> None:
            time.sleep(0.3)
            report(asked)

        if kept:
            proxy.ask()
            origin.asked.clear()
        origin.say = slowly
        with ThreadPoolExecutor(100) as pool:
            crowd = list(pool.map(lambda _phone: proxy.ask(Now=later(50)), range(100)))
        assert {(answer.status, body) for answer, body in crowd} == {(200, PAGE)}
        assert len(origin.asked) == 1


class TestHowLong:
    @pytest.mark.parametrize(
        ("first", "then", "requests"),
        [
            (-0.001, 0, 2),  # midnight
            (0, 49.999, 1),
            (49.999, 50, 2),
            (50, 99.999, 1),
            (99.999, 100, 2),
            (0, 100, 2),
            (0, 86_400, 2),
        ],
    )
    def test_it_ends_with_its_50_seconds(
        self, proxy: Proxy, origin: Origin, first: float, then: float, requests: int
    ) -> None:
        for moment in (first, then):
            proxy.ask(Now=later(moment))
        assert len(origin.asked) == requests

    def test_every_midnight_ends_50_seconds(self) -> None:
        for zone in available_timezones():
            for day in range(366):
                morning = datetime(2026, 11, 22, 6, tzinfo=ZoneInfo(zone)) + timedelta(day)
                assert next_midnight(morning) % 50 == 0, (zone, morning)

    def test_it_is_forgotten_when_the_clock_is_set(self, proxy: Proxy, origin: Origin) -> None:
        """Or it would be shown once more when its 50 seconds come again, an hour later."""
        here = f"{proxy.folder}/cache"
        [forget] = [it for it in commands_of("freshness-clock.service") if "find" in it]
        proxy.ask()
        subprocess.run(forget.replace("/var/cache/nginx", here).split(), check=True)
        assert proxy.ask()[1] == PAGE
        assert len(origin.asked) == 2

    def test_sooner_if_the_origin_says_so(self, proxy: Proxy, origin: Origin) -> None:
        origin.say = lambda asked: report(asked, Cache_Control="public, max-age=0, s-maxage=1")
        proxy.ask()
        time.sleep(2.1)  # nginx counts whole seconds, the begun one too
        proxy.ask()
        assert len(origin.asked) == 2

    @pytest.mark.parametrize("seconds", ["no-store", "private, max-age=60", "public, s-maxage=0"])
    def test_not_at_all_if_the_origin_says_so(
        self, proxy: Proxy, origin: Origin, seconds: str
    ) -> None:
        origin.say = lambda asked: report(asked, Cache_Control=seconds)
        proxy.ask()
        proxy.ask()
        assert len(origin.asked) == 2

    def test_who_keeps_it_behind_nginx_asks_again(self, proxy: Proxy, origin: Origin) -> None:
        for _first_and_again in range(2):
            answer, _body = proxy.ask()
            assert answer.headers.get_all("Cache-Control") == ["public, max-age=0, must-revalidate"]
            assert answer.headers["Expires"] is None
            assert answer.headers["ETag"] == '"1"'


class TestNotKept:
    def test_a_code_that_is_unknown(self, proxy: Proxy, origin: Origin) -> None:
        never = "max-age=0, no-cache, no-store, must-revalidate, private"
        origin.say = lambda asked: asked.tell(404, b"No such batch", Cache_Control=never)
        for _first_and_again in range(2):
            answer, body = proxy.ask()
            assert (answer.status, body) == (404, b"No such batch")
            assert answer.headers.get_all("Cache-Control") == [never]
        origin.say = report
        assert proxy.ask()[1] == PAGE

    @pytest.mark.parametrize(
        "spelling",
        [
            "7k3qf9xm2a",
            "7K3Q-F9XM2A",
            "7K3QF9XMZI",
            "7K3QF9XM2L",
            "7K3QF9XM2O",
            "7K3QF9XM2A/",
            "7K3QF9XM2A%0A",
        ],
    )
    def test_another_spelling_of_a_code(self, proxy: Proxy, origin: Origin, spelling: str) -> None:
        origin.say = lambda asked: asked.tell(302, b"", Location=REPORT, Cache_Control="no-store")
        proxy.ask()
        for _first_and_again in range(2):
            answer, _body = proxy.ask(f"/batch/{spelling}")
            assert (answer.status, answer.headers["Location"]) == (302, REPORT)
        assert len(origin.asked) == 3

    def test_an_answer_with_a_cookie(self, proxy: Proxy, origin: Origin) -> None:
        origin.say = lambda asked: report(asked, Set_Cookie="sessionid=somebody's")
        for _first_and_again in range(2):
            assert proxy.ask()[0].headers["Set-Cookie"] is None
        assert len(origin.asked) == 2

    @pytest.mark.parametrize("path", ["/", "/admin", "/login", "/batch/7k3qf9xm2a", "/batch/x"])
    def test_other_pages(self, proxy: Proxy, origin: Origin, path: str) -> None:
        origin.say = lambda asked: report(asked, Set_Cookie="sessionid=mine")
        for _first_and_again in range(2):
            answer, _body = proxy.ask(path, Cookie="sessionid=mine")
            assert answer.headers["Set-Cookie"] == "sessionid=mine"
        assert [it.headers["Cookie"] for it in origin.asked] == ["sessionid=mine"] * 2

    def test_what_is_posted(self, proxy: Proxy, origin: Origin) -> None:
        proxy.ask()
        proxy.ask(method="POST", body=b"a=1")
        assert [it.command for it in origin.asked] == ["GET", "POST"]

    @pytest.mark.parametrize("path", [REPORT, "/", "/static/css/base.css"])
    def test_what_another_host_is_asked(self, proxy: Proxy, origin: Origin, path: str) -> None:
        for host in ("evil.example", f"{HOST}.evil.example", "127.0.0.1", ""):
            assert proxy.ask(path, Host=host)[0].status in (400, 421)
        assert origin.asked == []


def break_off(asked: Asked) -> None:
    asked.close_connection = True
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: s-maxage=60\r\n"
    asked.wfile.write(f"{head}Content-Length: 9000\r\n\r\nHow".encode())


def say_nothing(asked: Asked) -> None:
    time.sleep(2.5)
    asked.close_connection = True


class TestWhenGunicornCannotBeAsked:
    @pytest.mark.parametrize("fault", [hang_up, say_nothing])
    def test_what_it_said_before_is_shown_for_its_50_seconds_alone(
        self, proxy: Proxy, origin: Origin, fault: Callable[[Asked], None]
    ) -> None:
        """In no language and in no encoding."""
        origin.say = lambda asked: report(asked, Cache_Control="public, s-maxage=86400")
        ways: list[dict[str, Any]] = [
            {"Accept_Language": language, "Accept_Encoding": encoding}
            for language in ("", "en", "es", "tr")
            for encoding in ("", "gzip")
        ]
        first = [proxy.ask(**way)[1] for way in ways]
        origin.say = fault
        assert [proxy.ask(Now=later(49.999), **way)[1] for way in ways] == first
        for moment in (50, 60, 3600, 86_400):
            with ThreadPoolExecutor(len(ways)) as pool:
                later_on = [pool.submit(proxy.ask, Now=later(moment), **way) for way in ways]
            for it in later_on:
                answer, body = it.result()
                assert (answer.status, body) == (503, (DEPLOY / "down.html").read_bytes())

    def test_so_it_is_where_nothing_listens(self, proxy: Proxy) -> None:
        with Origin(proxy.shop_port):
            assert proxy.ask()[1] == PAGE
        assert proxy.ask()[1] == PAGE
        assert proxy.ask(Now=later(50))[0].status == 503

    def test_it_is_shown_as_soon_as_it_can_be_asked_again(
        self, proxy: Proxy, origin: Origin
    ) -> None:
        proxy.ask()
        origin.say = hang_up
        assert proxy.ask(Now=later(50))[0].status == 503
        origin.say = lambda asked: asked.tell(200, b"Recalled", Cache_Control=MINUTE)
        assert proxy.ask(Now=later(100))[1] == b"Recalled"

    @pytest.mark.parametrize("status", [404, 429, 500, 502, 503, 504])
    def test_what_it_answers_itself_goes_on_as_it_is(
        self, proxy: Proxy, origin: Origin, status: int
    ) -> None:
        proxy.ask()
        origin.say = lambda asked: asked.tell(status, b"Busy", Retry_After="5")
        answer, body = proxy.ask(Now=later(50))
        assert (answer.status, body) == (status, b"Busy")

    def test_half_an_answer_is_not_kept(self, proxy: Proxy, origin: Origin) -> None:
        origin.say = break_off
        with pytest.raises(http.client.IncompleteRead):
            proxy.ask()
        origin.say = report
        assert proxy.ask()[1] == PAGE

    def test_what_comes_late_is_for_those_who_asked_before_it_was_true(
        self, proxy: Proxy, origin: Origin
    ) -> None:
        """A gunicorn that was frozen for a while in the midst of it."""

        def frozen(asked: Asked) -> None:
            time.sleep(0.7)
            report(asked)

        origin.say = frozen
        with ThreadPoolExecutor(2) as pool:
            before = pool.submit(proxy.ask, Now=later(49))
            time.sleep(0.3)
            origin.say = lambda asked: asked.tell(200, b"Recalled", Cache_Control=MINUTE)
            assert proxy.ask(Now=later(50))[1] == b"Recalled"
        assert before.result()[1] == PAGE
        assert proxy.ask(Now=later(51))[1] == b"Recalled"

    @pytest.mark.parametrize("path", [REPORT, "/", "/admin", "/static/css/base.css"])
    def test_else_a_page_says_when_to_try_again(self, proxy: Proxy, path: str) -> None:
        answer, body = proxy.ask(path)
        assert (answer.status, body) == (503, (DEPLOY / "down.html").read_bytes())
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers.get_all("Cache-Control") == ["no-store"]

    def test_a_crowd_does_not_wait_for_that(self, proxy: Proxy) -> None:
        with ThreadPoolExecutor(50) as pool:
            begun = time.monotonic()
            crowd = list(pool.map(lambda _phone: proxy.ask()[0].status, range(50)))
        assert set(crowd) == {503}
        assert time.monotonic() - begun < 4

    def test_its_policy_lets_in_its_own_style(self, proxy: Proxy) -> None:
        answer, body = proxy.ask()
        [style] = re.findall(rb"<style>(.*?)</style>", body, flags=re.S)
        digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
        assert b"<script" not in body

    def test_it_speaks_the_languages_of_the_shop(self) -> None:
        page = (DEPLOY / "down.html").read_text()
        assert re.findall(r'lang="(\w+)"', page) == [code for code, _name in settings.LANGUAGES]


def choice(accepted: str) -> str:
    """The language that the shop would choose by itself."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return get_language_from_request(request)


def tell_language(asked: Asked) -> None:
    asked.tell(200, choice(asked.headers["Accept-Language"] or "").encode(), Cache_Control=MINUTE)


TAGS = ["en", "es", "tr", "de", "EN-us", "es-419", "tr-TR", "e", "ent", "x-en", "zh-Hant-TW", "*"]
QUALITIES = ["", "", ";q=1", ";q=0.9", ";q=0.5", ";q=0.1", ";q=0", ";q=0.85", "; q=0.7", ";q=2"]
ranges = some.builds(str.__add__, some.sampled_from(TAGS), some.sampled_from(QUALITIES))
headers = some.builds(
    str.join, some.sampled_from([",", ", ", " , ", ";", ""]), some.lists(ranges, max_size=6)
)
ADDRESSES = (f"10.0.{number // 256 % 256}.{number % 256}" for number in count())
in_order = some.lists(some.sampled_from(TAGS), min_size=1, max_size=9).map(
    lambda tags: ",".join([tags[0], *(f"{it};q=0.{9 - at}" for at, it in enumerate(tags[1:]))])
)


class TestLanguages:
    @given(accepted=headers | in_order)
    @example("tr-TR,en,es;q=1")
    @example("de," * 200 + "es")
    @example("es-" + "a" * 8 + "-a1" * 200)
    @search(
        deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_nobody_reads_another_than_the_shop_would_choose_or_its_own(
        self, proxy: Proxy, origin: Origin, accepted: str
    ) -> None:
        origin.say = tell_language
        read = proxy.ask(Accept_Language=accepted, Test_Address=next(ADDRESSES))[1].decode()
        assert read in (choice(accepted), settings.LANGUAGE_CODE)
        assert {it.headers["Accept-Language"] for it in origin.asked} <= {None, "en", "es", "tr"}

    @given(accepted=in_order)
    @search(
        deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_whoever_asks_as_browsers_do_reads_what_the_shop_would_choose(
        self, proxy: Proxy, origin: Origin, accepted: str
    ) -> None:
        origin.say = tell_language
        read = proxy.ask(Accept_Language=accepted, Test_Address=next(ADDRESSES))[1].decode()
        assert read == choice(accepted)

    def test_however_the_header_is_written_a_report_has_four_keys(
        self, proxy: Proxy, origin: Origin
    ) -> None:
        for number in range(150):
            for accepted in (
                f"tr-x{number},en;q=0.{number % 9 + 1}",
                f"de-{number}, {'Es' if number % 2 else 'eS'}-{number} ; q=0.5",
                f"x{'' if number % 2 else '-'}{number}",
                f"en;q=0.{number:03d}",
                f"{'e' if number % 2 else 'E'}{'n' if number % 3 else 'N'}-{number}",
            ):
                proxy.ask(Accept_Language=accepted, Test_Address=next(ADDRESSES))
        assert [it.headers["Accept-Language"] for it in origin.asked].count(None) == 1
        assert len(origin.asked) == 4

    def test_the_best_is_chosen_wherever_it_stands(self, proxy: Proxy, origin: Origin) -> None:
        origin.say = tell_language
        for better in ("", *(f";q=0.{tenth}" for tenth in range(2, 10))):
            for tenth in range(1, int(better[-1:] or 10)):
                for accepted in (f"de,es;q=0.{tenth},tr{better}", f"TR-tr{better},en;q=0.{tenth}"):
                    assert proxy.ask(Accept_Language=accepted)[1] == b"tr", accepted

    def test_all_ways_of_browsers_to_ask_for_one_are_one(
        self, proxy: Proxy, origin: Origin
    ) -> None:
        origin.say = tell_language
        for accepted in (
            "tr",
            "tr-TR",
            "tr-TR,tr;q=0.9",
            "tr-TR,tr;q=0.9,en-US;q=0.8,en;q=0.7",
            "tr-TR,tr;q=0.8,en-US;q=0.5,en;q=0.3",
            "de-DE,de;q=0.9,tr;q=0.8,en;q=0.7",
            "ku, tr;q=0.9",
            "TR",
            "tR-tr, EN; q=0.5",
            "tr-TR,tr;q=0.9,*;q=0.5",
        ):
            assert proxy.ask(Accept_Language=accepted)[1] == b"tr"
        assert len(origin.asked) == 1

    def test_so_are_all_who_ask_for_none_of_them(self, proxy: Proxy, origin: Origin) -> None:
        origin.say = tell_language
        for accepted in (
            "",
            "de",
            "fr-FR,fr;q=0.9",
            "*",
            "zh-CN,zh;q=0.9,ja;q=0.8",
            "x-en",
            "no such",
            "tr,en," * 100 + "tr",
            "de,*;q=0.5,tr;q=0.3",
        ):
            assert proxy.ask(Accept_Language=accepted)[1] == b"en"
        assert len(origin.asked) == 1


class TestTheWay:
    def test_the_shop_is_told_who_asks_and_nothing_invented(
        self, proxy: Proxy, origin: Origin
    ) -> None:
        proxy.ask(
            "/login",
            X_Forwarded_For="203.0.113.9",
            X_Forwarded_Proto="https",
            X_Forwarded_Ssl="on",
            X_Forwarded_Protocol="ssl",
        )
        [asked] = origin.asked
        assert asked.headers["Host"] == HOST
        assert asked.headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
        assert asked.headers.get_all("X-Forwarded-Proto") == ["http"]
        assert asked.headers["X-Forwarded-Ssl"] is None
        assert asked.headers["X-Forwarded-Protocol"] is None

    def test_only_what_may_be_large_is(self, proxy: Proxy, origin: Origin) -> None:
        origin.say = lambda asked: asked.tell(200, f"{len(asked.body)}".encode())
        for path, most in settings.LARGE_UPLOADS.items():
            assert proxy.ask(path, "POST", b"x" * most)[1] == f"{most}".encode()
            assert proxy.ask(path, "POST", b"x" * (most + 2**21))[0].status == 413
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        assert proxy.ask("/admin", "POST", b"x" * most)[1] == f"{most}".encode()
        assert proxy.ask("/admin", "POST", b"x" * (most + 2**20))[0].status == 413

    def test_who_sends_slowly_keeps_nobody_busy(self, proxy: Proxy, origin: Origin) -> None:
        with socket.create_connection(("127.0.0.1", proxy.port)) as slow:
            head = f"POST /login HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 3\r\n\r\n"
            slow.sendall(f"{head}a=".encode())
            time.sleep(0.3)
            assert origin.asked == []
            slow.sendall(b"1")
            assert slow.recv(12) == b"HTTP/1.1 200"
        assert [it.body for it in origin.asked] == [b"a=1"]

    def test_who_never_ends_a_request_is_shut_out(self, proxy: Proxy, origin: Origin) -> None:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as slow:
            slow.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode())
            with pytest.raises(ConnectionResetError):
                slow.recv(100)
        assert origin.asked == []

    def test_who_reads_slowly_keeps_nobody_busy(self, proxy: Proxy, origin: Origin) -> None:
        done: list[float] = []

        def much(asked: Asked) -> None:
            asked.tell(200, b"x" * 20_000_000)
            done.append(time.monotonic())

        origin.say = much
        with socket.create_connection(("127.0.0.1", proxy.port)) as slow:
            slow.sendall(f"GET /admin/export HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            deadline = time.monotonic() + 5
            while not done and time.monotonic() < deadline:
                time.sleep(0.02)
        assert done


@pytest.fixture
def proxied_shop(tmp_path: Path) -> Iterator[tuple[ServedShop, Proxy]]:
    """A real shop, whose browser knows nothing but nginx."""
    (tmp_path / "nginx").mkdir()
    proxy = Proxy(tmp_path / "nginx", host="127.0.0.1")
    shop = ServedShop(tmp_path)
    shop.command = GUNICORN
    proxy.shop_port = int(shop.environment["PORT"])
    shop.url = f"http://127.0.0.1:{proxy.port}"
    shop.environment |= {"PUBLIC_URL": shop.url, "BEHIND_PROXY": "true"}
    shop.browser.addheaders = [("Now", NOW)]
    with proxy.running(), shop.running():
        yield shop, proxy


def test_a_recalled_batch_is_never_fresh_a_minute_later_whatever_is_frozen(
    proxied_shop: tuple[ServedShop, Proxy],
) -> None:
    shop, proxy = proxied_shop
    person = {"full_name": "Ayşe", "email": "ayse@example.com"}
    shop.send("/register", **person, password1=PASSWORD, password2=PASSWORD)
    today = f"{timezone.localdate():%Y-%m-%d}"
    batch = {"batch_identifier": "kept", "butcher_date": today, "arrival_date": today}
    shop.send("/admin/batches/new", product="1", **batch)
    [code] = re.findall(r'href="/admin/batches/(\w{10})"', shop.get("/admin/batches"))[:1]

    def read(language: str, moment: float, spelling: str = code) -> tuple[int, str]:
        answer, body = proxy.ask(f"/batch/{spelling}", Accept_Language=language, Now=later(moment))
        if leads_to := answer.headers["Location"]:
            assert (answer.status, leads_to) == (302, f"/batch/{code}")
            return read(language, moment)
        return answer.status, words(body)

    fresh = {"en": "Good to buy.", "tr": "Satın alabilirsiniz.", "es": "Puedes comprarlo."}
    ways = [("tr", code), ("en", code), ("en", code.lower()), ("es", code), ("xx", f"{code}/")]
    for language, spelling in ways:
        status, text = read(language, 0, spelling)
        assert (status, fresh.get(language, fresh["en"]) in text) == (200, True), text

    recall = f"/admin/batches/{code}/recall"
    [shown] = re.findall(r'name="shown" value="(\w+)"', shop.get(recall))
    shop.send(recall, shown=shown, recall_reason="Salmonella")
    assert fresh["en"] in read("en", 49)[1]  # for these 50 seconds
    assert "Do not eat." in read("en", 50)[1]

    os.killpg(shop.server.pid, signal.SIGSTOP)
    for moment in (51, 100, 3600):
        with ThreadPoolExecutor(len(ways)) as pool:
            answers = [pool.submit(read, language, moment, code) for language, code in ways]
        for answer in answers:
            status, text = answer.result()
            assert status == 503 or "Salmonella" in text
            assert not [it for it in fresh.values() if it in text]
    assert "the date on the pack counts" in text
    os.killpg(shop.server.pid, signal.SIGCONT)
    assert "Do not eat." in read("en", 7200)[1]


def test_style_sheets_come_as_the_shop_sends_them(proxied_shop: tuple[ServedShop, Proxy]) -> None:
    shop, proxy = proxied_shop
    [path] = re.findall(r'href="(/static/css/base\.\w{12}\.css)"', shop.get("/"))
    proxied = [proxy.ask(path, Accept_Encoding="gzip") for _first_and_again in range(2)]
    shop.url = f"http://127.0.0.1:{proxy.shop_port}"
    shop.browser.addheaders = [("Accept-Encoding", "gzip")]
    with shop.browser.open(shop.url + path) as own:
        body, headers = own.read(), said(own.headers)
    assert headers["Content-Encoding"] == "gzip"
    for answer, again in proxied:
        assert (said(answer.headers), again) == (headers, body)
    assert proxy.ask(path)[1] == gzip.decompress(body)


def said(headers: Message) -> dict[str, str]:
    """All but what is of one connection."""
    return {
        name: value
        for name, value in headers.items()
        if name not in ("Date", "Server", "Connection")
    }
