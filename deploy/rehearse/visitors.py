"""Customers who read and staff who save, all the time, and what each of them was answered."""

import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from .machine import AFTER_MIDNIGHT
from .servers import HOST

CUSTOMERS, STAFF = 4, 2
CUSTOMERS_PAUSE, STAFF_PAUSE = 0.02, 0.1  # seconds
PATIENCE = 30  # seconds; nobody waits longer
A_MINUTE = 60  # seconds, in which a recall is seen everywhere
NO_ANSWER = 0  # where another answer has a status
REASON = "Glass was found."
EMAIL, PASSWORD = "owner@example.com", "a Sunday roast of 2 kg"


def today() -> date:
    """By the clock of site.py's shop, where it is right."""
    return datetime.now(ZoneInfo(AFTER_MIDNIGHT)).date()


def seconds_of_day() -> int:
    """How long it has been today."""
    now = datetime.now(ZoneInfo(AFTER_MIDNIGHT))
    return 3600 * now.hour + 60 * now.minute + now.second


class Answer(NamedTuple):
    at: float
    status: int
    is_good: bool
    is_untrue: bool = False


class Page(NamedTuple):
    status: int
    leads_to: str
    text: str


class Connection(HTTPSConnection):
    """To the shop's host, which is this machine."""

    def __init__(self, port: int, trust: ssl.SSLContext, address: str = "127.0.0.1") -> None:
        super().__init__(HOST, port, timeout=PATIENCE, context=trust)
        self.trust, self.address = trust, address

    def connect(self) -> None:
        plain = socket.socket()
        plain.settimeout(self.timeout)
        # A port that it used is no hindrance to a server that wants it afterwards.
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plain.bind((self.address, 0))
        plain.connect(("127.0.0.1", self.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self.trust.wrap_socket(plain, server_hostname=HOST)


class Browser:
    """Keeps cookies, and opens a connection for each request, as phones in the street do."""

    def __init__(self, port: int, authority: Path) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.trust = ssl.create_default_context(cafile=f"{authority}")

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Page:
        """Raises OSError or HTTPException where there is no answer."""
        connection = Connection(self.port, self.trust, self.address())
        headers = {"Origin": f"https://{HOST}:{self.port}"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields or {}), headers)
            response = connection.getresponse()
            self.keep_cookies(response)
            leads_to = response.headers.get("Location", "")
            return Page(response.status, leads_to, response.read().decode())
        finally:
            connection.close()

    def address(self) -> str:
        """One of this machine's: whoever is not signed in comes from anywhere."""
        if self.cookies:
            return "127.0.0.1"
        return f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"

    def keep_cookies(self, response: HTTPResponse) -> None:
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value

    def certificate(self) -> bytes | None:
        """What the shop shows."""
        connection = Connection(self.port, self.trust)
        connection.connect()
        shown: bytes | None = connection.sock.getpeercert(binary_form=True)
        connection.close()
        return shown

    def send(self, path: str, shown_at: str, **fields: str) -> Page:
        """What a form that is shown at a path would send."""
        shown = self.ask("GET", shown_at)
        if shown.status != 200:
            return shown
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown.text)
        return self.ask("POST", path, dict(hidden) | fields)


class Visitors:
    """All of them, from `with` to its end."""

    def __init__(self, new_browser: Callable[[], Browser]) -> None:
        self.new_browser = new_browser
        self.arrived: dict[str, date] = {}  # by code
        self.saved: dict[str, str] = {}  # identifier to code, of what was answered as saved
        self.recalled: dict[str, float] = {}  # code to when it was answered as recalled
        self.customers: list[Answer] = []
        self.staff: list[Answer] = []
        self.go_home = threading.Event()
        self.threads: list[threading.Thread] = []

    def register(self) -> None:
        owner = {"full_name": "Olga Owner", "email": EMAIL}
        words = {"password1": PASSWORD, "password2": PASSWORD}
        self.new_browser().send("/register", "/register", **owner, **words)

    def __enter__(self) -> "Visitors":
        read = [threading.Thread(target=self.read) for _one in range(CUSTOMERS)]
        save = [threading.Thread(target=self.save, args=[it]) for it in range(STAFF)]
        self.threads = [*read, *save]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.go_home.set()
        for thread in self.threads:
            thread.join()

    def read(self) -> None:
        browser = self.new_browser()
        while not self.go_home.wait(CUSTOMERS_PAUSE):
            if not self.saved:
                continue
            identifier = self.one_to_read()
            code, at, day = self.saved[identifier], time.monotonic(), today()
            try:
                page = browser.ask("GET", f"/batch/{code}")
            except (OSError, HTTPException):
                self.customers.append(Answer(at, NO_ANSWER, is_good=False))
                continue
            is_good = page.status == 200 and identifier in page.text
            hides_recall = at - self.recalled.get(code, at) > A_MINUTE and REASON not in page.text
            is_wrong_day = not self.tells_day(code, page.text, since=day)
            is_untrue = page.status == 404 or (is_good and (hides_recall or is_wrong_day))
            self.customers.append(Answer(at, page.status, is_good, is_untrue))

    def one_to_read(self) -> str:
        """An identifier; each fifth time that of one which is recalled."""
        recalled = [name for name, code in self.saved.copy().items() if code in self.recalled]
        return random.choice(recalled if recalled and random.random() < 0.2 else [*self.saved])

    def tells_day(self, code: str, report: str, since: date) -> bool:
        """Whether it has that of the moment when it was asked for, or came."""
        days = [(day - self.arrived[code]).days for day in (since, today())]
        return any(f"<b>{it}</b>" in report for it in days)

    def save(self, who: int) -> None:
        """One batch after another; what was refused is sent again, as it was."""
        browser, number = self.new_browser(), 0
        while not self.go_home.wait(STAFF_PAUSE):
            identifier, at, day = f"{who}-{number}", time.monotonic(), today()
            try:
                page = self.record(browser, identifier, day)
            except (OSError, HTTPException):
                self.staff.append(Answer(at, NO_ANSWER, is_good=False))
                continue
            code = re.search(r"/admin/batches/(\w{10})$", page.leads_to)
            if code:
                self.arrived[code[1]] = day
                self.saved[identifier] = code[1]
            # Taken: it was saved when the answer was lost.
            is_there = bool(code) or (page.status == 422 and identifier in page.text)
            self.staff.append(Answer(at, page.status, is_there))
            number += is_there

    def record(self, browser: Browser, identifier: str, day: date) -> Page:
        if not any("sessionid" in name for name in browser.cookies):
            browser.send("/login", "/login", username=EMAIL, password=PASSWORD)
        form = "/admin/batches/new"
        dates = {"butcher_date": f"{day}", "arrival_date": f"{day}"}
        return browser.send(form, form, product="1", batch_identifier=identifier, **dates)

    def recall(self, identifier: str) -> None:
        """Raises AssertionError where it is not answered as recalled."""
        browser, code = self.new_browser(), self.saved[identifier]
        browser.send("/login", "/login", username=EMAIL, password=PASSWORD)
        shown_at = f"/admin/batches/{code}/recall"
        page = browser.send("/admin/recalls/new", shown_at, recall_reason=REASON)
        assert page.status == 302, page.status
        self.recalled[code] = time.monotonic()
