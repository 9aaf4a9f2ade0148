import io
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, DigestDelivery, Product
from batches.shelf.digest import Digest
from conftest import MakeBatch, MakeUser, at_the_same_time

HERE = "batches.tests.shelf.test_digest"
TODAY = date(2026, 11, 22)


def send_digest() -> str:
    """Runs it; returns what it writes for whoever runs the shop."""
    written = io.StringIO()
    call_command("send_digest", stdout=written, stderr=written)
    return written.getvalue()


def sent_to() -> list[str]:
    return [message.to[0] for message in mail.outbox]


class KilledBeforeSending(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise KeyboardInterrupt


class KilledAfterSending(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        super().send_messages(messages)
        raise KeyboardInterrupt


class SlowTillMidnight(EmailBackend):
    clock: time_machine.Traveller

    def send_messages(self, messages: Any) -> int:
        self.clock.shift(timedelta(minutes=2))
        return super().send_messages(messages)


class Postbox(socketserver.StreamRequestHandler):
    """A mail server that knows nobody called “unknown”."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode():
            verb = line[:4].upper().strip()
            if verb == "DATA":
                self.say("354 go on")
                self.server.taken.append(self.letter())  # type: ignore[attr-defined]
            self.say("550 nobody of this name" if "<unknown@" in line else "250 good")
            if verb == "QUIT":
                return

    def letter(self) -> str:
        lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
        return "".join(lines)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def letters(settings: Any) -> Iterator[list[str]]:
    """What a mail server of our own has taken, as it came over the wire."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postbox) as server:
        server.daemon_threads = True
        server.taken = []  # type: ignore[attr-defined]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield server.taken  # type: ignore[attr-defined]
        server.shutdown()


@pytest.fixture
def reader(make_user: MakeUser) -> User:
    return make_user("reader@example.com", digest_hour=6)


@pytest.fixture
def expired(make_batch: MakeBatch) -> Batch:
    return make_batch(5)


@pytest.fixture
def at(noon: time_machine.Traveller) -> Callable[..., None]:
    """Sets the shop's clock, on the 22nd unless told otherwise."""

    def set_clock(hour: int, minute: int = 0, day: date = TODAY, fold: int = 0) -> None:
        zone = timezone.get_default_timezone()
        time = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold)
        noon.move_to(time.astimezone(ZoneInfo("UTC")))

    return set_clock


At = Callable[..., None]


class TestWhen:
    @pytest.mark.parametrize(
        ("hour", "minute", "comes"), [(5, 59, False), (6, 0, True), (6, 1, True), (23, 59, True)]
    )
    def test_it_comes_from_the_chosen_hour_on(
        self, reader: User, expired: Batch, at: At, hour: int, minute: int, comes: bool
    ) -> None:
        at(hour, minute)
        send_digest()
        assert sent_to() == ([reader.email] if comes else [])

    def test_midnight_is_an_hour_too(self, make_user: MakeUser, expired: Batch, at: At) -> None:
        make_user(digest_hour=0)
        at(0)
        send_digest()
        assert sent_to() == ["ayse@example.com"]

    def test_after_midnight_that_of_yesterday_never_comes(
        self, reader: User, expired: Batch, at: At
    ) -> None:
        at(0, 1, TODAY + timedelta(days=1))
        send_digest()
        assert mail.outbox == []

    def test_a_run_that_is_slower_than_the_day_stops_at_midnight(
        self,
        reader: User,
        make_user: MakeUser,
        expired: Batch,
        at: At,
        noon: time_machine.Traveller,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        make_user("slower@example.com", digest_hour=23)
        settings.EMAIL_BACKEND = f"{HERE}.SlowTillMidnight"
        monkeypatch.setattr(SlowTillMidnight, "clock", noon, raising=False)
        at(23, 59)
        send_digest()
        assert sent_to() == [reader.email]

    def test_it_comes_once_a_day_however_often_it_is_run(
        self, reader: User, expired: Batch, at: At
    ) -> None:
        for day in (0, 1):
            for hour in (5, 6, 7, 23):
                at(hour, day=TODAY + timedelta(days=day))
                send_digest()
        assert sent_to() == [reader.email] * 2

    @pytest.mark.parametrize("hour", [2, 3])
    def test_an_hour_that_the_clocks_leave_out_is_no_reason_to_leave_out_the_e_mail(
        self, make_user: MakeUser, expired: Batch, at: At, settings: Any, hour: int
    ) -> None:
        settings.TIME_ZONE = "Europe/Berlin"
        make_user(digest_hour=hour)
        spring = date(2027, 3, 28)  # 02:00 is 03:00
        at(1, 59, spring)
        send_digest()
        assert mail.outbox == []
        at(3, 0, spring)
        send_digest()
        send_digest()
        assert len(mail.outbox) == 1

    def test_an_hour_that_comes_twice_brings_one(
        self, make_user: MakeUser, expired: Batch, at: At, settings: Any
    ) -> None:
        settings.TIME_ZONE = "Europe/Berlin"
        make_user(digest_hour=2)
        autumn = date(2027, 10, 31)  # 03:00 is 02:00 again
        moments = [(1, 59, 0), (2, 0, 0), (2, 59, 0), (2, 0, 1), (2, 59, 1), (3, 0, 0)]
        come = []
        for hour, minute, fold in moments:
            at(hour, minute, autumn, fold)
            send_digest()
            come.append(len(mail.outbox))
        assert come == [0, 1, 1, 1, 1, 1]

    def test_the_hour_is_that_of_the_shops_clock(
        self, reader: User, expired: Batch, noon: time_machine.Traveller, settings: Any
    ) -> None:
        noon.move_to(datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("UTC")))
        settings.TIME_ZONE = "America/Los_Angeles"  # where it is 04:00
        send_digest()
        assert mail.outbox == []
        settings.TIME_ZONE = "America/New_York"  # where it is 07:00
        send_digest()
        assert sent_to() == [reader.email]


class TestWho:
    def test_only_those_who_are_let_in_and_want_it(
        self, make_user: MakeUser, expired: Batch
    ) -> None:
        make_user("wants@example.com", digest_hour=12)
        make_user("later@example.com", digest_hour=13)
        make_user("wants-none@example.com")
        make_user("waits@example.com", digest_hour=6, is_staff=False)
        make_user("left@example.com", digest_hour=6, is_active=False)
        send_digest()
        assert sent_to() == ["wants@example.com"]

    def test_everybody_reads_it_in_their_own_language(
        self, make_user: MakeUser, expired: Batch, settings: Any
    ) -> None:
        settings.LANGUAGE_CODE = "es"
        for language in ("en", "tr", ""):
            make_user(f"{language}@example.com", digest_hour=6, language=language)
        send_digest()
        days = [
            "today, Sunday 22 November",
            "bugün, 22 Kasım Pazar",
            "hoy, domingo 22 de noviembre",
        ]
        assert [message.to for message in mail.outbox] == [
            ["en@example.com"],
            ["tr@example.com"],
            ["@example.com"],
        ]
        for message, day in zip(mail.outbox, days, strict=True):
            assert day in message.body

    def test_the_shelf_is_looked_at_once_for_all(
        self, make_user: MakeUser, make_batch: MakeBatch
    ) -> None:
        make_batch(3), make_batch(5)

        def queries_for(*names: str) -> int:
            for name in names:
                make_user(f"{name}@example.com", digest_hour=6)
            with CaptureQueriesContext(connection) as queries:
                send_digest()
            return len(queries)

        for_one, for_three = queries_for("a"), queries_for("b", "c", "d")
        to_ask_the_day_to_take_and_to_finish = 3
        assert for_three - for_one == 2 * to_ask_the_day_to_take_and_to_finish
        assert len(mail.outbox) == 4


class TestOnce:
    def test_two_runs_in_the_same_instant_send_one(
        self, transactional_db: None, reader: User, expired: Batch
    ) -> None:
        for number in range(5):
            User.objects.create_user(
                f"{number}@example.com", full_name="Ayşe", is_staff=True, digest_hour=6
            )
        assert at_the_same_time(*[send_digest] * 4) == [""] * 4
        assert sorted(sent_to()) == sorted(User.objects.values_list("email", flat=True))

    @pytest.mark.parametrize(("backend", "before"), [("Before", 0), ("After", 1)])
    def test_after_a_crash_it_is_sent_again_when_nobody_can_be_at_it_any_more(
        self, reader: User, expired: Batch, at: At, settings: Any, backend: str, before: int
    ) -> None:
        working = settings.EMAIL_BACKEND
        settings.EMAIL_BACKEND = f"{HERE}.Killed{backend}Sending"
        at(6)
        with pytest.raises(KeyboardInterrupt):
            send_digest()
        settings.EMAIL_BACKEND = working
        at(6, 9)
        send_digest()
        assert len(mail.outbox) == before
        for minute in (10, 15, 30):
            at(6, minute)
            send_digest()
        assert len(mail.outbox) == before + 1
        assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1

    def test_a_day_with_nothing_to_say_is_done_with(
        self, reader: User, make_batch: MakeBatch, at: At
    ) -> None:
        at(6)
        make_batch(2)
        make_batch(9, removed_on=TODAY)
        assert send_digest() == ""
        make_batch(5)
        at(15)
        send_digest()
        assert mail.outbox == []
        at(6, day=TODAY + timedelta(days=1))
        send_digest()
        assert sent_to() == [reader.email]

    def test_what_was_long_ago_is_forgotten(self, reader: User, at: At) -> None:
        for days in (31, 30, 0):
            at(6, day=TODAY - timedelta(days=days))
            send_digest()
        kept = DigestDelivery.objects.order_by("day").values_list("day", flat=True)
        assert list(kept) == [TODAY - timedelta(days=30), TODAY]


class TestMailServer:
    def test_it_hands_over_what_a_mailbox_can_read(
        self, reader: User, expired: Batch, letters: list[str]
    ) -> None:
        send_digest()
        [letter] = letters
        assert "Auto-Submitted: auto-generated" in letter
        assert "List-Unsubscribe: <http://shop.example.com/profile>" in letter
        assert letter.count("Message-ID: <") == 1

    def test_whoever_it_refuses_is_named_and_the_others_get_theirs(
        self, make_user: MakeUser, expired: Batch, letters: list[str]
    ) -> None:
        for name in ("first", "unknown", "last"):
            make_user(f"{name}@example.com", digest_hour=6)
        written = io.StringIO()
        with pytest.raises(CommandError, match="1 e-mail was not sent"):
            call_command("send_digest", stderr=written)
        assert written.getvalue().startswith("unknown@example.com: ")
        assert "nobody of this name" in written.getvalue()
        assert [f"To: {name}@" in letters[place] for place, name in enumerate(["first", "last"])]
        assert len(letters) == 2

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.usefixtures("transactional_db")
    def test_a_database_that_does_not_answer_for_one_answers_for_the_others(
        self, make_user: MakeUser, expired: Batch
    ) -> None:
        for name in ("first", "last"):
            make_user(f"{name}@example.com", digest_hour=6)
        updates = []

        def fail_once(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.startswith("UPDATE") and "batches_digestdelivery" in sql:
                updates.append(sql)
                if len(updates) == 1:
                    raise OperationalError("database is locked")
            return execute(sql, params, many, context)

        with (
            connection.execute_wrapper(fail_once),
            pytest.raises(CommandError, match="1 e-mail was not sent"),
        ):
            send_digest()
        assert sent_to() == ["last@example.com"]

    def test_where_none_answers_the_next_run_tries_again(
        self, reader: User, expired: Batch, settings: Any
    ) -> None:
        working = settings.EMAIL_BACKEND
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nothing listens there
        with pytest.raises(CommandError, match="The next run tries again") as refused:
            send_digest()
        assert refused.value.returncode == 1
        settings.EMAIL_BACKEND = working
        assert send_digest() == ""
        assert sent_to() == [reader.email]


class TestWhatItSays:
    @pytest.fixture
    def shelf(self, make_batch: MakeBatch, chicken: Product) -> None:
        make_batch(0, batch_identifier="fresh")
        make_batch(3, batch_identifier="later", id="1ATER00000")
        make_batch(4, batch_identifier="sooner", id="S00NER0000")
        make_batch(1, batch_identifier="last-day", id="1AST000000", use_by=TODAY)
        make_batch(5, batch_identifier="today", id="T0DAY00000")
        make_batch(6, batch_identifier="yesterday", id="YESTERDAY0")
        make_batch(9, batch_identifier="gone", removed_on=TODAY)
        recalled = {"recalled_at": timezone.now(), "recall_reason": "Glass & metal <found>."}
        make_batch(7, batch_identifier="recalled", id="RECA11ED00", **recalled)
        make_batch(7, batch_identifier="recalled-gone", removed_on=TODAY, **recalled)

    def test_the_whole_of_it(self, reader: User, shelf: None) -> None:
        send_digest()
        [message] = mail.outbox
        assert message.subject == "3 to pull, 3 to sell first – Corner Butcher"
        assert message.body == WHOLE

    @pytest.mark.parametrize(
        ("days", "subject"),
        [([5], "1 to pull – Corner Butcher"), ([3, 4], "2 to sell first – Corner Butcher")],
    )
    def test_the_subject_names_what_there_is(
        self, reader: User, make_batch: MakeBatch, days: list[int], subject: str
    ) -> None:
        for day in days:
            make_batch(day)
        send_digest()
        assert mail.outbox[0].subject == subject

    def test_one_is_spoken_of_as_one(self, reader: User, make_batch: MakeBatch) -> None:
        make_batch(3), make_batch(5)
        make_batch(3, recalled_at=timezone.now(), recall_reason="Glass")
        send_digest()
        body = mail.outbox[0].body
        assert "1 batch is recalled and still on the shelf. Take it off first." in body
        assert "1 batch has expired. Take it off today." in body
        assert "Sell this batch first." in body

    @pytest.mark.parametrize(
        ("count", "listed", "further"),
        [(30, 30, ""), (31, 30, "and 1 more\n"), (42, 30, "and 12 more\n")],
    )
    def test_a_long_list_is_cut_and_says_so(
        self, reader: User, make_batch: MakeBatch, count: int, listed: int, further: str
    ) -> None:
        for _number in range(count):
            make_batch(5)
        send_digest()
        [message] = mail.outbox
        assert message.subject == f"{count} to pull – Corner Butcher"
        assert f"{count} batches have expired." in message.body
        assert message.body.count("\n- ") == listed
        assert further in message.body
        assert ("more" in message.body) == bool(further)

    def test_its_links_open(self, reader: User, shelf: None, staff_client: Client) -> None:
        send_digest()
        body = mail.outbox[0].body
        links = [word for word in body.split() if word.startswith("http")]
        paths = [link.removeprefix("http://shop.example.com") for link in links]
        assert [staff_client.get(path).status_code for path in paths] == [200] * 8


@pytest.mark.parametrize("use_by", [None, TODAY, TODAY + timedelta(days=1)])
@pytest.mark.parametrize("days", range(8))
def test_the_parts_say_what_the_rules_say(
    make_batch: MakeBatch, days: int, use_by: date | None
) -> None:
    batch = make_batch(days, use_by=use_by)
    digest = Digest.for_day(TODAY)
    is_last_day = batch.shelf_life().last_day == TODAY
    is_to_sell = batch.status() == "caution" or is_last_day
    assert digest.recalled.first == []
    assert digest.expired.first == [batch] * (batch.status() == "expired")
    assert digest.sell_first.first == [batch] * is_to_sell
    assert digest.has_news() == (is_to_sell or batch.status() == "expired")


WHOLE = """\
Hello,

here is what the shelf at Corner Butcher needs today, Sunday 22 November.

1 batch is recalled and still on the shelf. Take it off first.

- Chicken recalled: recalled on 22 November 2026. Glass & metal <found>.
  http://shop.example.com/admin/batches/RECA11ED00

2 batches have expired. Take them off today.

- Chicken today: expired today, Sunday 22 November
  http://shop.example.com/admin/batches/T0DAY00000
- Chicken yesterday: expired yesterday, Saturday 21 November
  http://shop.example.com/admin/batches/YESTERDAY0

Sell these 3 batches first.

- Chicken last-day: expires tomorrow, Monday 23 November
  http://shop.example.com/admin/batches/1AST000000
- Chicken sooner: expires tomorrow, Monday 23 November
  http://shop.example.com/admin/batches/S00NER0000
- Chicken later: expires Tuesday 24 November
  http://shop.example.com/admin/batches/1ATER00000

All batches: http://shop.example.com/admin
Another hour, or no daily e-mail: http://shop.example.com/profile
"""
