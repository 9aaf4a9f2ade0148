import io
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import reset_format_cache
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.emails import postman
from accounts.models import User
from batches import shop_clock
from batches.models import Batch, Product
from freshness.tests.fonts import browser_environment
from freshness.tests.shared import FOLDER, made_once

PASSWORD = "a Sunday roast of 2 kg"

# The one without windows first: a page of it takes a third of the time.
BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# Nothing but the pages under test: no updates, no synchronisation, no look-ups.
QUIET = [
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--no-sandbox"),
]

# pytest-django's, and those of freshness/tests/conftest.py that make a database beside it.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "postgres_template", "real_shop"}

MakeUser = Callable[..., User]
MakeBatch = Callable[..., Batch]
NewPage = Callable[..., Page]
SecurityLog = Callable[[], list[dict[str, Any]]]


def at_the_same_time(*tasks: Callable[[], Any]) -> list[Any]:
    """What each task returns, all begun in one instant, each with a connection of its own."""
    together = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        together.wait(timeout=10)
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def mailbox() -> list[EmailMessage]:
    """What has been sent, all that was on its way included."""
    postman.submit(int).result(timeout=5)
    return mail.outbox


def words(html: bytes | str) -> str:
    """What a person reads of a page: no markup, no style, single spaces."""
    text = html.decode() if isinstance(html, bytes) else html
    text = re.sub(r"<(style|title|template)\b.*?</\1>", " ", text, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the processes of xdist have it from the first one
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="freshness-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that reads or writes the tests' database, so that these alone can be run."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker("database")


@pytest.fixture(scope="session")
def django_db_keepdb(tmp_path_factory: pytest.TempPathFactory) -> bool:
    """On SQLite, begin with a copy of a database whose tables were made once for all processes."""
    if connection.vendor != "sqlite":
        return False
    file = tmp_path_factory.mktemp("database") / "tests.sqlite3"
    shutil.copy(made_once("tables", make_tables), file)
    connection.settings_dict["TEST"]["NAME"] = str(file)
    return True


def make_tables(file: Path) -> None:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{file}", "SECRET_KEY": "x" * 50}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)


@pytest.fixture(autouse=True)
def shop(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shop on the open internet, and no time spent on hashing passwords."""
    settings.PUBLIC_URL = "http://shop.example.com"
    settings.LAN_MODE = False
    settings.ALLOWED_HOSTS = ["shop.example.com", "testserver", "localhost"]
    settings.SHOP_NAME = "Corner Butcher"
    settings.REGISTRATION = "approval"
    settings.TIME_ZONE = "Europe/Istanbul"
    settings.WHITENOISE_AUTOREFRESH = True  # or each client reads the list of all static files
    monkeypatch.setattr("accounts.emails.PAUSE", 0)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    translation.activate("en")  # whatever the last request of an earlier test was in
    yield
    mailbox()  # no e-mail arrives in the next test


@pytest.fixture(autouse=True)
def noon(shop: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Sunday 22 November 2026, from noon on by the shop's clock: no midnight by accident.

    PostgreSQL's clock does not travel: that it is another time there is no wonder.
    """
    monkeypatch.setattr(shop_clock, "MOST_APART", timedelta(days=36_500))
    with time_machine.travel(
        datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Europe/Istanbul"))
    ) as clock:
        yield clock


@pytest.fixture
def right_to_left(shop: None, settings: Any) -> Iterator[None]:
    """A language that is written from the right: `ar`, which is not shipped."""
    settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]
    settings.FORMAT_MODULE_PATH = ["freshness.formats", "freshness.tests.formats"]
    reset_format_cache()
    yield
    reset_format_cache()


@pytest.fixture
def security_log() -> Iterator[SecurityLog]:
    """Reads the lines that have been written to it so far."""
    text = io.StringIO()
    log = logging.getLogger("freshness.security")
    handler = logging.StreamHandler(text)
    handler.setFormatter(log.handlers[0].formatter)
    log.addHandler(handler)
    yield lambda: [json.loads(line) for line in text.getvalue().splitlines()]
    log.removeHandler(handler)


@pytest.fixture(autouse=True)
def first_products(request: pytest.FixtureRequest) -> None:
    """The products every shop begins with: a test that commits leaves the next one none."""
    if request.node.get_closest_marker("database"):
        commits = "transactional_db" in request.fixturenames
        request.getfixturevalue("transactional_db" if commits else "db")
        if not Product.objects.exists():
            migration = import_module("batches.migrations.0002_first_products")
            migration.add_products(apps, None)


@pytest.fixture
def make_user(db: None) -> MakeUser:
    def make(email: str = "ayse@example.com", **fields: Any) -> User:
        fields = {"full_name": "Ayşe Yılmaz", "is_staff": True} | fields
        return User.objects.create_user(email, PASSWORD, **fields)

    return make


@pytest.fixture
def staff(make_user: MakeUser) -> User:
    return make_user()


@pytest.fixture
def waiting(make_user: MakeUser) -> User:
    return make_user("waiting@example.com", full_name="Wanda Wait", is_staff=False)


@pytest.fixture
def administrator(make_user: MakeUser) -> User:
    return make_user("owner@example.com", full_name="Olga Owner", is_superuser=True)


@pytest.fixture
def waiting_client(waiting: User) -> Client:
    client = Client()
    client.force_login(waiting)
    return client


@pytest.fixture
def staff_client(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def administrator_client(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture
def chicken(db: None) -> Product:
    return Product.objects.get(name="Chicken")


@pytest.fixture
def make_batch(chicken: Product, make_user: MakeUser) -> MakeBatch:
    def make(days_on_shelf: int = 0, **fields: Any) -> Batch:
        arrival = timezone.localdate() - timedelta(days=days_on_shelf)
        recorder = User.objects.first() or make_user("recorder@example.com")
        fields = {
            "product": chicken,
            "batch_identifier": Batch.objects.next_identifier(arrival),
            "butcher_date": arrival,
            "arrival_date": arrival,
            "created_by": recorder,
        } | fields
        return Batch.objects.create(**fields)

    return make


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("There is no Chromium here, and REQUIRE_BROWSER asks for one.")
        pytest.skip("needs Chromium, and there is none here")
    # The synchronous driver runs an event loop, in which Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        environment = browser_environment(tmp_path_factory.mktemp("fonts"))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET, env=environment)
        yield browser
        browser.close()


@pytest.fixture
def new_page(
    chromium: Browser, live_server: Any, settings: Any, first_products: None
) -> Iterator[NewPage]:
    """Makes pages of a phone held in one hand; what differs is passed on to Chromium."""
    settings.PUBLIC_URL = live_server.url
    contexts: list[BrowserContext] = []

    def make(width: int = 360, height: int = 740, **options: Any) -> Page:
        options = {"base_url": live_server.url} | options
        contexts.append(
            chromium.new_context(viewport={"width": width, "height": height}, **options)
        )
        # Without a screen, the window for printing can neither be seen nor closed.
        contexts[-1].add_init_script("window.print = () => {}")
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()
