"""How scans are counted, saved and shown."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from batches.models import Batch, BatchScans, Recall, ShopScans
from batches.scans import counter
from batches.scans.counter import QUARTER, Tally, save
from batches.scans.proxy_log import GIVEN_UP
from conftest import MakeBatch, at_the_same_time, words

TODAY = date(2026, 11, 22)
NOON = int(datetime(2026, 11, 22, 9, tzinfo=UTC).timestamp())  # in Istanbul


def of_batches() -> list[tuple[str, date, int]]:
    return list(BatchScans.objects.order_by("batch", "day").values_list("batch", "day", "count"))


def of_shop() -> list[tuple[date, int, str, int]]:
    hours = ShopScans.objects.order_by("day", "hour", "shown")
    return list(hours.values_list("day", "hour", "shown", "count"))


@contextmanager
def broken_database() -> Iterator[None]:
    def fail(*_asked: Any) -> None:
        raise OperationalError("database is locked")

    with connection.execute_wrapper(fail):
        yield


class TestWhatAReportSays:
    @pytest.mark.parametrize(
        ("days", "removed", "shown"),
        [
            (0, False, "fresh"),
            (3, False, "caution"),
            (5, False, "expired"),
            (0, True, "removed"),
            (5, True, "expired"),
        ],
    )
    def test_it_is_told_in_a_word(
        self, client: Client, make_batch: MakeBatch, days: int, removed: bool, shown: str
    ) -> None:
        batch = make_batch(days, removed_on=TODAY if removed else None)
        answer = client.get(f"/batch/{batch.pk}")
        assert answer["X-Freshness"] == shown
        again = client.get(f"/batch/{batch.pk}", headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again["X-Freshness"]) == (304, shown)

    def test_so_it_is_where_it_is_recalled(
        self, client: Client, make_batch: MakeBatch, staff: Any
    ) -> None:
        batch = make_batch(0)
        Recall.begin([batch.pk], "Glass", staff)
        assert client.get(f"/batch/{batch.pk}")["X-Freshness"] == "recalled"

    @pytest.mark.parametrize("path", ["/", "/batch/0000000000", "/batch/x", "/login"])
    def test_no_other_answer_has_it(self, client: Client, db: None, path: str) -> None:
        assert "X-Freshness" not in client.get(path)


class TestSaving:
    def test_counts_are_added_to_what_there_is(self, make_batch: MakeBatch) -> None:
        one, other = sorted([make_batch().pk, make_batch().pk])
        noon = NOON // QUARTER
        save(Counter({(one, "fresh", noon): 2, (one, "recalled", noon + 1): 1}))
        save(Counter({(one, "fresh", noon + 3): 3, (other, "fresh", noon + 4): 1}))
        assert of_batches() == [(one, TODAY, 6), (other, TODAY, 1)]
        assert of_shop() == [
            (TODAY, 12, "fresh", 5),
            (TODAY, 12, "recalled", 1),
            (TODAY, 13, "fresh", 1),
        ]

    def test_the_shop_has_its_own_midnight(self, make_batch: MakeBatch) -> None:
        code = make_batch().pk
        midnight = int(datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Istanbul")).timestamp())
        before, after = (midnight - 1) // QUARTER, midnight // QUARTER
        save(Counter({(code, "fresh", before): 1, (code, "caution", after): 1}))
        tomorrow = TODAY + timedelta(days=1)
        assert of_batches() == [(code, TODAY, 1), (code, tomorrow, 1)]
        assert of_shop() == [(TODAY, 23, "fresh", 1), (tomorrow, 0, "caution", 1)]

    def test_a_batch_takes_its_counts_along_and_the_shop_keeps_its_own(
        self, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        scan = batch.pk, "fresh", NOON // QUARTER
        save(Counter({scan: 2}))
        batch.delete()
        save(Counter({scan: 1}))  # it was counted before, and is saved after
        assert of_batches() == []
        assert of_shop() == [(TODAY, 12, "fresh", 3)]

    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_lost_where_all_save_at_once(
        self, transactional_db: None, make_batch: MakeBatch
    ) -> None:
        codes = [make_batch().pk for _ in range(3)]
        noon = NOON // QUARTER

        def add(order: int) -> None:
            for code in codes[::order]:
                save(Counter({(code, "fresh", noon): 1}))

        at_the_same_time(*(lambda order=order: add(order) for order in (1, -1, 1, -1)))
        assert of_batches() == [(code, TODAY, 4) for code in sorted(codes)]
        assert of_shop() == [(TODAY, 12, "fresh", 12)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
class TestTally:
    def test_it_is_saved_after_a_while(self, make_batch: MakeBatch) -> None:
        code = make_batch().pk
        tally = Tally(seconds=0.2)
        for _ in range(3):
            tally.add(code, "fresh")
        assert tally.thread
        while tally.scans:
            tally.thread.join(0.01)
        tally.save()  # which waits for the thread's
        assert of_batches() == [(code, TODAY, 3)]

    def test_what_the_database_refuses_is_saved_later(self, make_batch: MakeBatch) -> None:
        code = make_batch().pk
        tally = Tally(seconds=3600)
        tally.add(code, "fresh")
        with broken_database():
            tally.save()
        tally.add(code, "fresh")
        assert of_batches() == []
        tally.save()
        tally.save()
        assert of_batches() == [(code, TODAY, 2)]

    def test_it_is_saved_in_pieces(
        self, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(counter, "AT_ONCE", 2)
        codes = sorted(make_batch().pk for _ in range(5))
        tally = Tally(seconds=3600)
        for code in codes:
            tally.add(code, "fresh")
        tally.save()
        assert of_batches() == [(code, TODAY, 1) for code in codes]

    def test_it_remembers_no_more_than_is_said(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(counter, "MOST", 2)
        tally = Tally(seconds=3600)
        for code in ("A", "B", "C", "A"):
            tally.add(code, "fresh")
        assert sorted(tally.scans.values()) == [1, 2]
        with broken_database():
            tally.save()
        assert "Scans that are not counted, as there were too many to remember: 1" in caplog.text
        assert tally.lost == 0
        tally.scans.clear()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.SCANS_LOG = tmp_path
    return tmp_path


def write(folder: Path, ago: timedelta, *lines: str, ending: str = ".log") -> Path:
    minute = timezone.localtime() - ago
    file = folder / f"{minute.isoformat(timespec='minutes')}{ending}"
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


MINUTES = [timedelta(minutes=it) for it in range(5)]


class TestCountScans:
    def test_minutes_that_are_over_are_counted_once(
        self, folder: Path, make_batch: MakeBatch
    ) -> None:
        code = make_batch().pk
        write(folder, MINUTES[4], f"fresh /batch/{code}", f"caution /batch/{code.lower()}")
        write(folder, MINUTES[2], f"fresh /batch/{code[:5]}-{code[5:]}")
        going_on = [write(folder, it, f"fresh /batch/{code}") for it in MINUTES[:2]]
        for _first_and_again in range(2):
            call_command("count_scans")
            assert of_batches() == [(code, TODAY, 3)]
        assert [(shown, count) for _day, _hour, shown, count in of_shop()] == [
            ("caution", 1),
            ("fresh", 2),
        ]
        assert set(folder.iterdir()) == set(going_on)

    def test_the_hour_is_the_shops_wherever_nginx_is(
        self, folder: Path, make_batch: MakeBatch
    ) -> None:
        code = make_batch().pk
        (folder / "2026-11-21T16:59-05:00.log").write_text(f"fresh /batch/{code}\n")
        call_command("count_scans")
        assert of_shop() == [(date(2026, 11, 22), 0, "fresh", 1)]

    @pytest.mark.parametrize(
        "line",
        [
            *("", "fresh", "fresh /batch/", "fresh /batch/x", "fresh /batch/0000000000"),
            *("rotten /batch/{code}", "/batch/{code}", "fresh{code}", "\x00", "é" * 9000),
        ],
    )
    def test_what_is_no_scan_of_a_batch_is_not_counted(
        self, folder: Path, make_batch: MakeBatch, line: str
    ) -> None:
        code = make_batch().pk
        write(folder, MINUTES[2], line.format(code=code), f"fresh /batch/{code}")
        call_command("count_scans")
        assert of_batches() == [(code, TODAY, 1)]

    def test_other_files_are_left_alone(self, folder: Path, db: None) -> None:
        names = {"notes.log", "2026-11-22T11:00.log", "2026-11-22T11:00+03:00.txt", "x.taken"}
        for name in names:
            (folder / name).write_text("fresh /batch/7K3QF9XM2A\n")
        call_command("count_scans")
        assert set(os.listdir(folder)) == names

    def test_where_the_database_fails_they_are_left_for_the_next_run(
        self, folder: Path, make_batch: MakeBatch
    ) -> None:
        code = make_batch().pk
        file = write(folder, MINUTES[2], f"fresh /batch/{code}")
        with broken_database(), pytest.raises(CommandError, match="left for the next run"):
            call_command("count_scans")
        assert list(folder.iterdir()) == [file]
        call_command("count_scans")
        assert of_batches() == [(code, TODAY, 1)]

    def test_a_minute_that_somebody_died_over_is_not_counted_twice(
        self, folder: Path, make_batch: MakeBatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = make_batch().pk
        recent = write(folder, MINUTES[3], f"fresh /batch/{code}", ending=".taken")
        old = write(folder, GIVEN_UP + MINUTES[2], f"fresh /batch/{code}", ending=".taken")
        call_command("count_scans")
        assert list(folder.iterdir()) == [recent]
        assert capsys.readouterr().err == f"{old.stem}: this minute's scans may be missing.\n"
        assert of_batches() == []

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_count_once(
        self, transactional_db: None, folder: Path, make_batch: MakeBatch
    ) -> None:
        code = make_batch().pk
        for minutes in range(2, 22):
            write(folder, timedelta(minutes=minutes), f"fresh /batch/{code}")
        at_the_same_time(*[lambda: call_command("count_scans")] * 3)
        assert of_batches() == [(code, TODAY, 20)]

    def test_it_says_what_it_needs(self, settings: Any, db: None) -> None:
        settings.SCANS_LOG = None
        with pytest.raises(CommandError, match="SCANS_LOG is not set"):
            call_command("count_scans")


def fill(batch: Batch, counts: dict[int, int]) -> None:
    """Scans at noon, by how many days ago."""
    for ago, count in counts.items():
        noon = NOON // QUARTER - ago * 96
        save(Counter({(batch.pk, "fresh", noon): count}))


class TestPage:
    def test_it_says_what_will_be_there(self, staff_client: Client) -> None:
        page = words(staff_client.get("/admin/scans").content)
        assert "Nobody has scanned a label in the last 7 days." in page

    def test_it_has_the_week_hour_by_hour(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        fill(batch, {0: 3, 6: 12, 7: 50})
        page = words(staff_client.get("/admin/scans").content)
        assert "15 scans in the last 7 days" in page
        assert "12:00 12 · 0 · 0 · 0 · 0 · 0 3" in page
        assert "13:00 · 0 · 0 · 0 · 0 · 0 · 0 14:00" in page  # which is to come today

    def test_ink_goes_by_the_hour_with_most(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        fill(make_batch(), {0: 100, 1: 76, 2: 75, 3: 50, 4: 25, 5: 1})
        page = staff_client.get("/admin/scans").content.decode()
        levels = [page.count(f'class="ink-{level}"') for level in range(5)]
        assert levels == [0, 2, 1, 1, 2]

    def test_a_month_can_be_chosen(self, staff_client: Client, make_batch: MakeBatch) -> None:
        fill(make_batch(), {0: 1, 29: 2, 30: 4})
        page = words(staff_client.get("/admin/scans?days=30").content)
        assert "3 scans in the last 30 days" in page
        for wrong in ("365", "x", "-1", ""):
            page = words(staff_client.get(f"/admin/scans?days={wrong}").content)
            assert "1 scan in the last 7 days" in page

    def test_most_looked_at_comes_first(self, staff_client: Client, make_batch: MakeBatch) -> None:
        for number, count in enumerate([2, 9, 5]):
            fill(make_batch(batch_identifier=f"B{number}"), {0: count - 1, 1: 1})
        page = words(staff_client.get("/admin/scans").content)
        _before, most = page.split("Most looked at")
        places = [most.index(f"B{number}") for number in (1, 2, 0)]
        assert places == sorted(places)

    def test_large_numbers_are_short(self, staff_client: Client, make_batch: MakeBatch) -> None:
        fill(make_batch(), {0: 83_999, 1: 9_999})
        page = words(staff_client.get("/admin/scans").content)
        assert "9999 83k" in page
        assert "93,998 scans in the last 7 days Fresh 93,998" in page
        assert page.count("93,998") == 3

    @pytest.mark.parametrize(("language", "told"), [("es", "93 998"), ("tr", "93.998")])
    def test_and_told_as_the_language_writes_them(
        self, staff_client: Client, make_batch: MakeBatch, language: str, told: str
    ) -> None:
        batch = make_batch()
        fill(batch, {0: 93_998})
        for path in ("/admin/scans", batch.get_absolute_url()):
            page = staff_client.get(path, headers={"accept-language": language})
            assert told in words(page.content)

    def test_it_takes_as_many_queries_for_many_as_for_one(
        self, staff_client: Client, make_batch: MakeBatch, django_assert_num_queries: Any
    ) -> None:
        for batches in (1, 5):
            for _ in range(batches):
                fill(make_batch(), dict.fromkeys(range(7), 1))
            with django_assert_num_queries(6):
                staff_client.get("/admin/scans")

    def test_a_batch_shows_its_own_last_days(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        assert "All scans" not in words(staff_client.get(batch.get_absolute_url()).content)
        fill(batch, {0: 4, 2: 31})
        page = words(staff_client.get(batch.get_absolute_url()).content)
        assert "Scans Sun 22 Nov 4 Fri 20 Nov 31 All scans" in page


def test_a_night_on_which_the_clocks_go_back_has_one_hour_of_each(
    settings: Any, make_batch: MakeBatch, noon: time_machine.Traveller
) -> None:
    settings.TIME_ZONE = "Europe/Madrid"
    code = make_batch().pk
    two = int(datetime(2026, 10, 25, 0, tzinfo=UTC).timestamp()) // QUARTER
    save(Counter({(code, "fresh", two): 1, (code, "fresh", two + 4): 1}))
    assert of_shop() == [(date(2026, 10, 25), 2, "fresh", 2)]
