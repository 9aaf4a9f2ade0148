from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch
from batches.report import views
from batches.report.response import report_response
from batches.report.state import ReportRow, as_date, as_datetime, read_state
from conftest import MakeBatch, words


def read(batch: Batch, language: str = "en") -> str:
    response = Client().get(f"/batch/{batch.pk}", headers={"accept-language": language})
    return words(response.content)


class TestWhatChangesIsToldAtOnce:
    def test_an_edit(self, make_batch: MakeBatch) -> None:
        batch = make_batch(1)
        assert "1 day on the shelf" in read(batch)
        batch.arrival_date -= timedelta(days=2)
        batch.butcher_date -= timedelta(days=2)
        batch.save()
        assert "3 days on the shelf" in read(batch)

    def test_a_recall_and_its_end(self, make_batch: MakeBatch) -> None:
        batch = make_batch(1)
        before = read(batch)
        batch.recalled_at, batch.recall_reason = timezone.now(), "Glass was found."
        batch.save()
        assert "Why: Glass was found." in read(batch)
        batch.recalled_at, batch.recall_reason = None, ""
        batch.save()
        assert read(batch) == before

    def test_a_change_of_many(self, make_batch: MakeBatch, staff: User) -> None:
        batch = make_batch(1)
        assert "Good to buy" in read(batch)
        Batch.objects.filter(pk=batch.pk).change(
            staff, recalled_at=timezone.now(), recall_reason="Glass was found."
        )
        assert "Good to buy" not in read(batch)

    @pytest.mark.parametrize("field", ["name", "emoji", "storage_advice"])
    def test_its_product(self, make_batch: MakeBatch, field: str) -> None:
        batch = make_batch(1)
        assert "Kid" not in read(batch)
        setattr(batch.product, field, "Kid")
        batch.product.save()
        assert "Kid" in read(batch)

    def test_the_shops_day(self, make_batch: MakeBatch) -> None:
        batch = make_batch(1)
        assert "1 day on the shelf" in read(batch)
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            assert "2 days on the shelf" in read(batch)

    def test_the_language(self, make_batch: MakeBatch) -> None:
        batch = make_batch(1)
        assert "1 day on the shelf" in read(batch)
        assert "1 día" in read(batch, "es")

    def test_that_it_was_deleted(self, make_batch: MakeBatch) -> None:
        batch = make_batch(1)
        read(batch)
        code = batch.pk
        batch.delete()
        assert Client().get(f"/batch/{code}").status_code == 404


SHOWN = [
    *("batch_identifier", "butcher_date", "arrival_date", "use_by", "caution_from", "expired_from"),
    *("removed_on", "recalled_at", "recall_reason"),
]
SHOWN_OF_PRODUCT = ["name", "emoji", "storage_advice"]


def test_the_statement_reads_all_columns_that_a_report_shows(make_batch: MakeBatch) -> None:
    """Each has a value of its own, so that none stands in another's place."""
    batch = make_batch(
        2,
        use_by=date(2026, 11, 30),
        recalled_at=timezone.now(),
        recall_reason="Glass",
        removed_on=date(2026, 11, 21),
    )
    batch.refresh_from_db()
    state = read_state(batch.pk)
    assert state is not None
    values = dict(zip(ReportRow._fields, state.row, strict=True))
    read = {name: as_date(values[name]) for name in values if name.endswith(("date", "from"))}
    read |= {name: as_date(values[name]) for name in ("use_by", "removed_on")}
    read |= {"recalled_at": as_datetime(values["recalled_at"])}
    named = ("batch_identifier", "recall_reason")
    read |= {name: values[name] for name in named}
    assert read == {name: getattr(batch, name) for name in SHOWN}
    of_product = [values[name] for name in ("product", "emoji", "storage_advice")]
    assert of_product == [getattr(batch.product, name) for name in SHOWN_OF_PRODUCT]
    assert values["code"] == batch.pk


def test_a_batch_recalled_while_its_page_is_rendered_is_recalled_in_the_next(
    make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is of the one state as a whole, and no later answer is of it."""
    batch = make_batch(1)

    def recall(*arguments: Any) -> Any:
        Batch.objects.filter(pk=batch.pk).update(
            recalled_at=timezone.now(), recall_reason="Glass", updated_at=timezone.now()
        )
        return report_response(*arguments)

    with monkeypatch.context() as while_rendered:
        while_rendered.setattr(views, "report_response", recall)
        before = read(batch)
    assert "Good to buy." in before
    assert "Glass" not in before
    assert "Why: Glass" in read(batch)
