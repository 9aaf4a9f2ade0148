"""Reports from a real standby of a real primary, which is stopped, lags, and is left alone."""

import html
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from django.utils import timezone

from conftest import PASSWORD, words
from deploy.rehearse.postgresql import new_server, programs, standby_of
from deploy.rehearse.servers import free_port, wait_until

from .served import GUNICORN, ServedShop


class ShopOfTwo(ServedShop):
    """One whose reports are read from a standby."""

    command = GUNICORN

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.primary = new_server(folder / "primary", free_port())
        self.environment |= {"DATABASE_URL": self.primary.url, "DATABASE_POOL": "4"}
        self.manage("migrate", "--verbosity", "0")
        self.standby = standby_of(self.primary, folder / "standby", free_port())
        self.environment["DATABASE_REPLICA_URL"] = self.standby.url

    def prepare(self) -> None:
        """Its tables are made before the standby is."""
        self.collect_static()

    def register(self) -> None:
        person = {"full_name": "Ayşe", "email": "ayse@example.com"}
        self.send("/register", **person, password1=PASSWORD, password2=PASSWORD)

    def save(self, identifier: str) -> str:
        """The path of the report on a batch that was answered as saved."""
        today = f"{timezone.localdate():%Y-%m-%d}"
        dates = {"butcher_date": today, "arrival_date": today}
        page = self.send("/admin/batches/new", product="1", batch_identifier=identifier, **dates)
        assert f"Batch {identifier} is on the shelf." in page
        [report] = set(re.findall(r'href="(/batch/\w{10})"', page))
        return f"{report}"

    def recall(self, report: str) -> None:
        code = report.rpartition("/")[2]
        form = self.form(f"/admin/batches/{code}/recall", recall_reason="Glass was found.")
        answer, page = self.open("/admin/recalls/new", form)
        assert (answer.status, "Recall: Glass was found." in words(page)) == (200, True)

    def wait_for_standby(self) -> None:
        """Which looks only now and then whether a primary that was away is back."""
        [[written]] = self.primary.ask("SELECT pg_current_wal_flush_lsn()")
        has_it = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        wait_until(lambda: self.standby.ask(has_it, [written]) == [(True,)])

    def says(self, report: str, text: str) -> bool:
        answer, page = self.open(report)
        return answer.status == 200 and text in words(page)

    def form(self, path: str, **fields: str) -> dict[str, str]:
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="(\w*)"', self.get(path))
        return dict(hidden) | fields

    @contextmanager
    def lagging(self) -> Iterator[None]:
        self.standby.ask("SELECT pg_wal_replay_pause()")
        try:
            yield
        finally:
            self.standby.ask("SELECT pg_wal_replay_resume()")

    def questions(self) -> int:
        """How many transactions the standby's database has had."""
        [[number]] = self.standby.ask(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = 'freshness'"
        )
        assert isinstance(number, int)
        return number


def need_server() -> None:
    try:
        programs()
    except FileNotFoundError as error:
        if os.environ.get("REQUIRE_POSTGRESQL"):
            pytest.fail(f"{error} REQUIRE_POSTGRESQL asks for one.")
        pytest.skip(f"needs a PostgreSQL server: {error}")


@pytest.fixture(scope="module")
def shop_of_two() -> Iterator[ShopOfTwo]:
    need_server()
    with TemporaryDirectory() as folder:
        shop = ShopOfTwo(Path(folder))
        try:
            with shop.running():
                shop.register()
                yield shop
        finally:
            shop.standby.end(signal.SIGQUIT)
            shop.primary.end(signal.SIGQUIT)


def test_reports_are_read_from_the_standby(shop_of_two: ShopOfTwo) -> None:
    report = shop_of_two.save("standby")
    before = shop_of_two.questions()
    for _time in range(20):
        assert shop_of_two.says(report, "standby")
    deadline = time.monotonic() + 20  # the server adds up its statistics now and then
    while shop_of_two.questions() - before < 20:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_standby_that_lags_hides_no_batch_and_no_recall(shop_of_two: ShopOfTwo) -> None:
    old = shop_of_two.save("old")
    with shop_of_two.lagging():
        new = shop_of_two.save("new")
        assert shop_of_two.says(new, "new")
        shop_of_two.recall(old)
        assert shop_of_two.says(old, "Glass was found.")


def test_without_the_standby_reports_come_from_the_primary(shop_of_two: ShopOfTwo) -> None:
    old = shop_of_two.save("before")
    shop_of_two.standby.end()
    assert shop_of_two.says(old, "before")
    assert shop_of_two.says(shop_of_two.save("alone"), "alone")
    shop_of_two.standby.start()


def test_without_the_primary_reports_are_read_on_and_what_is_typed_is_kept(
    shop_of_two: ShopOfTwo,
) -> None:
    kept, recalled = shop_of_two.save("kept"), shop_of_two.save("recalled")
    shop_of_two.recall(recalled)
    form = shop_of_two.form("/admin/batches/new", batch_identifier="typed & kept")
    shop_of_two.primary.end(signal.SIGQUIT)
    assert shop_of_two.says(kept, "kept")
    assert shop_of_two.says(recalled, "Glass was found.")
    answer, page = shop_of_two.open("/admin/batches/new", form)
    assert answer.status == 503
    assert "Nothing can be saved right now" in words(page)
    assert 'name="batch_identifier" value="typed &amp; kept"' in page
    shop_of_two.primary.start()
    assert shop_of_two.says(shop_of_two.save("after"), "after")


def test_a_primary_that_is_frozen_is_as_good_as_away(shop_of_two: ShopOfTwo) -> None:
    """It takes what is sent, and says nothing."""
    kept = shop_of_two.save("kept-cold")
    form = shop_of_two.form("/admin/batches/new", batch_identifier="typed")
    shop_of_two.wait_for_standby()
    with shop_of_two.primary.frozen():
        assert shop_of_two.says(kept, "kept-cold")
        for _each_had_a_connection_of_the_pool in range(3):
            answer, page = shop_of_two.open("/admin/batches/new", form)
            assert (answer.status, 'name="batch_identifier" value="typed"' in page) == (503, True)
        assert shop_of_two.says(kept, "kept-cold")
    assert shop_of_two.says(shop_of_two.save("thawed"), "thawed")


def test_a_standby_that_lacks_something_says_nothing_rather_than_what_is_untrue(
    shop_of_two: ShopOfTwo,
) -> None:
    report = shop_of_two.save("lacking")
    with shop_of_two.lagging():
        shop_of_two.recall(report)
        shop_of_two.primary.end(signal.SIGQUIT)
        answer, page = shop_of_two.open(report)
        assert answer.status == 503
        assert "The shop's records do not answer" in html.unescape(words(page))
        for worker in psutil.Process(shop_of_two.server.pid).children():
            worker.kill()
        wait_until(lambda: len(psutil.Process(shop_of_two.server.pid).children()) == 2)
        for _each_of_the_new_workers in range(6):
            assert shop_of_two.open(report)[0].status == 503
    shop_of_two.primary.start()
    assert shop_of_two.says(report, "Glass was found.")
