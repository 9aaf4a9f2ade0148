"""What the page cache answers is what Django would answer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Product, Recall
from batches.report import page_cache
from conftest import MakeBatch, words

pytestmark = pytest.mark.usefixtures("transactional_db")

Answered = tuple[str, dict[str, str], bytes]


class Phone:
    """Asks Django by way of the page cache, and counts how often Django itself had to answer."""

    def __init__(self) -> None:
        self.django: Any = get_wsgi_application()
        self.asked_django = 0
        self.answer = page_cache.PageCache(self.count)

    def count(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked_django += 1
        return self.django(environ, start_response)

    def ask(self, path: str, **headers: str) -> Answered:
        return answer_of(self.answer, path, headers)

    def asks_as_django_answers(self, path: str, **headers: str) -> bool:
        """What it was answered is what Django says to the same."""
        return self.ask(path, **headers) == answer_of(self.django, path, headers)


def answer_of(application: Any, path: str, headers: dict[str, str]) -> Answered:
    started: list[Any] = []
    environ = RequestFactory().get(path).environ | headers
    response = application(environ, lambda *arguments: started.extend(arguments))
    body = b"".join(response)
    return started[0], dict(started[1]), body


@pytest.fixture
def phone() -> Phone:
    return Phone()


def test_django_answers_once_for_each_state_and_each_way_to_ask(
    phone: Phone, make_batch: MakeBatch
) -> None:
    path = f"/batch/{make_batch(1).pk}"
    first = phone.ask(path)
    assert first[0] == "200 OK"
    etag = first[1]["ETag"]
    for _ in range(2):
        assert phone.ask(path) == first
        assert phone.ask(path, HTTP_IF_NONE_MATCH=etag)[0] == "304 Not Modified"
        assert phone.ask(path, HTTP_ACCEPT_LANGUAGE="es")[2] != first[2]
    assert phone.asked_django == 2


CHANGES: dict[str, Callable[[Batch, User], Any]] = {
    "an edit": lambda batch, staff: Batch.objects.filter(pk=batch.pk).update(use_by="2026-11-25"),
    "a recall": lambda batch, staff: Recall.begin([batch.pk], "Glass", staff),
    "off the shelf": lambda batch, staff: Batch.objects.all().remove(staff, "sold-out"),  # type: ignore[arg-type]
    "a product": lambda batch, staff: Product.objects.update(storage_advice="Below 4 °C."),
    "deleted": lambda batch, staff: batch.delete(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_told_at_once(
    phone: Phone, make_batch: MakeBatch, staff: User, what: str
) -> None:
    batch = make_batch(1)
    path = f"/batch/{batch.pk}"
    before = phone.ask(path)
    CHANGES[what](batch, staff)
    assert phone.asks_as_django_answers(path)
    assert phone.asked_django == 2
    assert phone.ask(path)[2] != before[2]


def test_the_last_minute_and_the_next_day_are_told(
    phone: Phone, make_batch: MakeBatch, noon: time_machine.Traveller
) -> None:
    path = f"/batch/{make_batch(1).pk}"
    midnight = datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Istanbul"))
    shared = []
    for seconds in (-61, -60, -59.5, -30, -0.5, 0, 1):
        noon.move_to(midnight + timedelta(seconds=seconds), tick=False)
        assert phone.asks_as_django_answers(path)
        shared.append(phone.ask(path)[1]["Cache-Control"].rpartition("=")[2])
    assert shared == ["60", "60", "59", "30", "0", "60", "60"]
    assert "2 days on the shelf" in words(phone.ask(path)[2])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REQUEST_METHOD", "POST"),
        ("REQUEST_METHOD", "HEAD"),
        ("QUERY_STRING", "from=poster"),
        ("HTTP_HOST", "elsewhere.example.com"),
        ("SERVER_NAME", "elsewhere.example.com"),
        ("HTTP_ACCEPT_LANGUAGE", "tr"),
        ("HTTP_COOKIE", "django_language=tr"),
        ("HTTP_COOKIE", "sessionid=a\0b"),
        ("CONTENT_LENGTH", "99999999999"),
        ("HTTP_IF_NONE_MATCH", "*"),
        ("HTTP_IF_MATCH", '"other"'),
        ("HTTP_X_FORWARDED_PROTO", "http"),
        ("HTTP_RANGE", "bytes=0-1"),
        ("HTTP_ACCEPT_ENCODING", "gzip"),
        ("HTTP_USER_AGENT", "Mozilla/5.0"),
    ],
)
def test_whoever_asks_otherwise_is_answered_as_django_does(
    make_batch: MakeBatch, settings: Any, name: str, value: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    phone = Phone()
    path, https = f"/batch/{make_batch(1).pk}", {"HTTP_X_FORWARDED_PROTO": "https"}
    phone.ask(path, **https)
    for _ in range(2):
        assert phone.asks_as_django_answers(path, **https | {name: value})


@contextmanager
def broken_database() -> Iterator[None]:
    def fail(*_asked: Any) -> None:
        raise OperationalError("database is locked")

    with connection.execute_wrapper(fail):
        yield


def test_a_database_that_does_not_answer_is_told_as_django_does(
    phone: Phone, make_batch: MakeBatch
) -> None:
    path = f"/batch/{make_batch(1).pk}"
    before = phone.ask(path)
    with broken_database():
        assert phone.ask(path)[0] == "503 Service Unavailable"
    assert phone.ask(path) == before


@pytest.mark.parametrize("path", ["/", "/login", "/batch/0000000000", "/batch/x", "/robots.txt"])
def test_of_nothing_else_an_answer_is_kept(phone: Phone, path: str) -> None:
    phone.ask(path)
    phone.ask(path)
    assert phone.asked_django == 2


ODD = [
    {"QUERY_STRING": "a={number}"},
    {"HTTP_COOKIE": "a={number}; sessionid={number}"},
    {"HTTP_ACCEPT_LANGUAGE": "x-{number},en"},
    {"HTTP_ACCEPT_LANGUAGE": "no list {number}"},
    {"HTTP_ACCEPT_ENCODING": "br;q={number}"},
    {"HTTP_USER_AGENT": "{number}"},
    {"HTTP_HOST": "testserver:{number}"},
    {"HTTP_HOST": "shop{number}.example.com"},
    {"HTTP_X_FORWARDED_PROTO": "p{number}"},
    {"HTTP_IF_NONE_MATCH": '"{number}"'},
    {"HTTP_IF_NONE_MATCH": '"{number:032x}"'},
    {"HTTP_IF_MODIFIED_SINCE": "{number}"},
    {"HTTP_IF_MATCH": '"{number}"'},
    {"CONTENT_LENGTH": "{number}"},
    {"SCRIPT_NAME": "/{number}"},
    {"REQUEST_METHOD": "M{number}"},
    {"SERVER_NAME": "s{number}"},
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_requests_take_no_place(
    phone: Phone, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch, odd: dict[str, str]
) -> None:
    """There is room for four answers, which those who ask as usual have."""
    monkeypatch.setattr(page_cache, "MOST_ANSWERS", 4)
    paths = [f"/batch/{make_batch(1).pk}" for _ in range(2)]
    usual = [(path, {"HTTP_ACCEPT_LANGUAGE": it}) for path in paths for it in ("en", "tr")]
    for path, headers in usual:
        phone.ask(path, **headers)
    for number in range(20):
        headers = {name: value.format(number=number) for name, value in odd.items()}
        assert phone.asks_as_django_answers(paths[0], **headers)
    before = phone.asked_django
    for path, headers in usual:
        phone.ask(path, **headers)
    assert phone.asked_django == before


def test_the_oldest_makes_room(
    phone: Phone, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "MOST_ANSWERS", 2)
    one, two, three = (f"/batch/{make_batch(1).pk}" for _ in range(3))
    for path in (one, two, three, two, three):
        phone.ask(path)
    assert phone.asked_django == 3
    phone.ask(one)
    assert phone.asked_django == 4


def test_a_phone_that_has_an_older_one_is_sent_the_new_one(
    phone: Phone, make_batch: MakeBatch
) -> None:
    batch = make_batch(1)
    path = f"/batch/{batch.pk}"
    older = phone.ask(path)[1]["ETag"]
    assert phone.ask(path, HTTP_IF_NONE_MATCH=older)[0] == "304 Not Modified"
    Batch.objects.filter(pk=batch.pk).update(removed_on="2026-11-22")
    newer = phone.ask(path)
    for known in (older, f"W/{older}"):
        assert phone.ask(path, HTTP_IF_NONE_MATCH=known) == newer
    assert phone.asked_django == 2
    assert phone.ask(path, HTTP_IF_NONE_MATCH=newer[1]["ETag"])[0] == "304 Not Modified"


@pytest.mark.parametrize("seconds", [30, 61])
def test_what_was_read_before_the_process_was_frozen_is_not_sent(
    phone: Phone, make_batch: MakeBatch, seconds: int
) -> None:
    """It was recalled meanwhile, by way of another process."""
    batch = make_batch(1)
    path = f"/batch/{batch.pk}"
    before = phone.ask(path)
    clock = time.monotonic

    def frozen_once(execute: Any, sql: Any, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if time.monotonic is clock:
            thawed.setattr(time, "monotonic", lambda: clock() + seconds)
            Batch.objects.filter(pk=batch.pk).update(
                recalled_at=timezone.now(), recall_reason="Glass"
            )
        return found

    with pytest.MonkeyPatch.context() as thawed, connection.execute_wrapper(frozen_once):
        answer = phone.ask(path)
    assert (answer == before) is (seconds < 60)
    assert ("Why: Glass" in words(answer[2])) is (seconds > 60)


def test_an_answer_that_is_made_over_midnight_is_of_the_new_day(
    phone: Phone, make_batch: MakeBatch, noon: time_machine.Traveller
) -> None:
    path = f"/batch/{make_batch(1).pk}"
    midnight = datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Istanbul"))
    noon.move_to(midnight - timedelta(seconds=0.5))
    django = phone.django

    def slow_at_first(environ: dict[str, Any], start_response: Any) -> Any:
        if phone.asked_django == 1:
            noon.move_to(midnight + timedelta(seconds=1))
            time.sleep(0.6)
        return django(environ, start_response)

    phone.django = slow_at_first
    assert "2 days on the shelf" in words(phone.ask(path)[2])
    assert phone.asked_django == 2


def test_each_answer_asks_the_database_once(
    phone: Phone, make_batch: MakeBatch, django_assert_num_queries: Any
) -> None:
    path = f"/batch/{make_batch(1, created_at=timezone.now()).pk}"
    phone.ask(path)
    with django_assert_num_queries(1):
        phone.ask(path)
