"""The shop's day, where its clock is wrong, or was."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

import batches.shop_clock
from accounts.models import User
from batches.models import Batch, Import, Removal
from batches.register.edit_conflict import version_of
from batches.shop_clock import MOST_APART, one_day, right_time, shop_today
from batches.spreadsheets.importing.check import begin, check_for_a_while
from batches.spreadsheets.importing.save import save
from conftest import MakeBatch, MakeUser, words

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
MONDAY = date(2026, 11, 23)


@pytest.fixture
def monday(noon: time_machine.Traveller, make_batch: MakeBatch) -> Batch:
    """Half past midnight; a batch came on Friday, and one has just arrived."""
    noon.move_to(datetime(2026, 11, 23, 0, 30, tzinfo=ZoneInfo("Europe/Istanbul")))
    make_batch(0, batch_identifier="just-arrived")
    return make_batch(3, batch_identifier="of-friday")


@pytest.fixture
def set_back(monday: Batch, noon: time_machine.Traveller) -> Batch:
    noon.shift(-HOUR)
    assert timezone.localdate() == MONDAY - timedelta(days=1)
    return monday


def test_the_day_is_that_of_the_latest_arrival(set_back: Batch) -> None:
    assert shop_today() == MONDAY
    Batch.objects.filter(batch_identifier="just-arrived").delete()
    assert shop_today() == MONDAY - timedelta(days=1)


def test_a_report_says_the_same_as_before(monday: Batch, noon: time_machine.Traveller) -> None:
    path = f"/batch/{monday.pk}"
    before = Client().get(path)
    assert "3 days on the shelf" in words(before.content)
    noon.shift(-HOUR)
    after = Client().get(path)
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])


def test_a_kept_report_turns_when_a_batch_has_arrived(
    make_batch: MakeBatch, noon: time_machine.Traveller
) -> None:
    noon.move_to(datetime(2026, 11, 22, 23, 30, tzinfo=ZoneInfo("Europe/Istanbul")))
    batch = make_batch(2)
    path = f"/batch/{batch.pk}"
    assert words(Client().get(path).content).startswith("Fresh")
    noon.shift(HOUR)
    make_batch(0)
    noon.shift(-HOUR)
    assert words(Client().get(path).content).startswith("Caution")


def test_the_portal_says_what_customers_are_told(set_back: Batch, staff_client: Client) -> None:
    of_batch = f"/admin/batches/{set_back.pk}"
    for path in ("/admin/batches?status=caution", of_batch, f"{of_batch}/remove"):
        assert "3 days on the shelf" in words(staff_client.get(path).content)
    for path in ("/admin", of_batch, f"{of_batch}/remove"):
        assert '<span class="status status-caution">' in staff_client.get(path).content.decode()


def test_the_portal_tells_of_it(set_back: Batch, staff_client: Client) -> None:
    page = staff_client.get("/admin").content.decode()
    assert (
        "The clock says Sun 22 Nov, but a batch arrived on Mon 23 Nov, so that day counts as "
        "today." in page
    )
    arrived = Batch.objects.get(batch_identifier="just-arrived")
    assert f'<a href="/admin/batches/{arrived.pk}/edit">just-arrived</a>' in page


def test_of_a_right_clock_nothing_is_told(monday: Batch, staff_client: Client) -> None:
    assert "The clock says" not in staff_client.get("/admin").content.decode()


def test_what_arrives_today_can_be_recorded(set_back: Batch, staff_client: Client) -> None:
    batch = {"product": set_back.product_id, "batch_identifier": "next"}
    for day, status in ((MONDAY, 302), (MONDAY + timedelta(days=1), 422)):
        dates = {"butcher_date": f"{day}", "arrival_date": f"{day}"}
        response = staff_client.post("/admin/batches/new", batch | dates)
        assert response.status_code == status
    assert Batch.objects.get(batch_identifier="next").saved_on == MONDAY


def test_no_day_is_filled_in_where_none_is_certain(
    monday: Batch, staff_client: Client, noon: time_machine.Traveller
) -> None:
    def form() -> tuple[object, object, bool]:
        page = staff_client.get("/admin/batches/new")
        form = page.context["form"]
        has_buttons = 'data-seconds-left="0"' not in page.content.decode()
        return form["arrival_date"].value(), form["batch_identifier"].value(), has_buttons

    assert form() == (MONDAY, "261123-01", True)
    noon.shift(-HOUR)
    assert form() == (None, "", False)


class TestWhatAClockThatWasAheadLeaves:
    """A batch saved on a day that has not come puts nothing else there."""

    @pytest.fixture
    def ahead(self, make_batch: MakeBatch, noon: time_machine.Traveller) -> Batch:
        """Saved again, a month ahead; its arrival is right."""
        batch = make_batch(1)
        noon.shift(timedelta(days=30))
        batch.save()
        noon.shift(timedelta(days=-30))
        return batch

    def test_its_arrival_cannot_be_moved_there(self, ahead: Batch) -> None:
        ahead.arrival_date = shop_today() + timedelta(days=1)
        with pytest.raises(ValidationError, match="This day has not come yet"):
            ahead.full_clean()

    def test_it_is_taken_off_the_shelf_today(self, ahead: Batch, staff: User) -> None:
        [batch] = Batch.objects.filter(pk=ahead.pk).remove(staff, Removal.SOLD_OUT)
        assert batch.removed_on == timezone.localdate()

    def test_an_arrival_that_is_there_may_stay_and_may_be_mended(
        self, ahead: Batch, staff_client: Client
    ) -> None:
        right = ahead.arrival_date
        late = right + timedelta(days=20)
        Batch.objects.filter(pk=ahead.pk).update(arrival_date=late)
        path = f"/admin/batches/{ahead.pk}/edit"

        def send(**changed: str) -> int:
            form = staff_client.get(path).context["form"]
            fields = {name: f"{form[name].value() or ''}" for name in form.fields}
            version = {"version": f"{version_of(ahead)}"}
            return staff_client.post(path, fields | version | changed).status_code

        assert send(supplier="Hill Farm") == 302
        assert shop_today() == late
        assert send(arrival_date=f"{right}") == 302
        assert shop_today() == timezone.localdate()

    def test_what_was_imported_on_such_a_day_is_checked_again(
        self, ahead: Batch, staff: User
    ) -> None:
        late = shop_today() + timedelta(days=20)
        Batch.objects.filter(pk=ahead.pk).update(arrival_date=late)
        header = "product,batch_identifier,butcher_date,arrival_date\n"
        text = f"{header}Chicken,imported,{late},{late}\n"
        file = BytesIO(text.encode())
        being = begin(file, "b.csv", Import.Kind.BATCHES, staff)
        check_for_a_while(being)
        assert being.new == 1
        ahead.delete()
        assert not save(being)
        check_for_a_while(being)
        assert (being.new, being.refused) == (0, 1)


def test_after_the_clock_went_back_each_change_is_the_latest(
    make_batch: MakeBatch, staff: User, noon: time_machine.Traveller
) -> None:
    batch = make_batch(1)
    versions = [version_of(batch)]
    noon.shift(-HOUR)
    for name in ("Hill Farm", "Sea Farm"):
        batch.supplier = name
        batch.save()
        versions.append(version_of(batch))
    assert versions == sorted({*versions})


def test_the_daily_email_is_of_that_day(set_back: Batch, make_user: MakeUser) -> None:
    make_user("reader@example.com", digest_hour=6)
    call_command("send_digest")
    assert "needs today, Monday 23 November." in mail.outbox[0].body


def test_all_that_an_answer_says_is_of_one_day(
    make_batch: MakeBatch, noon: time_machine.Traveller
) -> None:
    noon.move_to(datetime(2026, 11, 22, 23, 59, 59, tzinfo=ZoneInfo("Europe/Istanbul")))
    with one_day():
        assert shop_today() == MONDAY - timedelta(days=1)
        noon.shift(HOUR)
        assert shop_today() == MONDAY - timedelta(days=1)
    assert shop_today() == MONDAY


@pytest.mark.parametrize(
    ("apart", "is_theirs"),
    [
        (-HOUR, True),
        (-MOST_APART - SECOND, True),
        (-MOST_APART, False),
        (MOST_APART, False),
        (MOST_APART + SECOND, True),
        (HOUR, True),
    ],
)
def test_of_clocks_that_are_far_apart_the_databases_is_right(
    apart: timedelta, is_theirs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches.shop_clock, "MOST_APART", MOST_APART)
    here = timezone.localtime()
    there = (here + apart).astimezone(UTC)
    assert right_time(here, there) == (there if is_theirs else here)
    assert right_time(here, there).tzinfo == here.tzinfo
    assert right_time(here, None) == here


@pytest.mark.parametrize("apart", [-1, 1])
def test_a_server_whose_clock_is_wrong_tells_the_day_of_a_database_with_a_clock_of_its_own(
    make_batch: MakeBatch,
    staff: User,
    noon: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    apart: int,
) -> None:
    now = time_machine.escape_hatch.datetime.datetime.now(UTC)
    noon.move_to(now)
    batch = make_batch(3)
    monkeypatch.setattr(batches.shop_clock, "MOST_APART", MOST_APART)
    noon.move_to(now + timedelta(days=apart))
    client = Client()
    client.force_login(staff)
    form = client.get("/admin/batches/new").context["form"]
    assert (form["arrival_date"].value() is None) == (connection.vendor == "postgresql")
    days = 3 if connection.vendor == "postgresql" else 3 + apart
    for path in (f"/batch/{batch.pk}", f"/admin/batches/{batch.pk}"):
        assert f"{days} days on the shelf" in words(client.get(path).content)
