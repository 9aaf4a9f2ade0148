from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch
from batches.report.kept import kept_page
from conftest import MakeBatch, words


def read(batch: Batch, language: str = "en") -> str:
    response = Client().get(f"/batch/{batch.pk}", headers={"accept-language": language})
    return words(response.content)


def test_a_page_is_rendered_once_for_each_state(make_batch: MakeBatch) -> None:
    batch = make_batch()
    first = read(batch)
    rendered = kept_page.cache_info().misses
    assert read(batch) == first
    assert kept_page.cache_info().misses == rendered


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


def test_a_page_rendered_while_its_batch_was_recalled_is_never_sent(make_batch: MakeBatch) -> None:
    """Neither half of the one state and half of the other, nor kept as either of them."""
    batch = make_batch(1)
    asked: list[str] = []

    def recalled_after_the_second(execute: Any, sql: Any, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        asked.append(sql)
        if len(asked) == 2:
            Batch.objects.filter(pk=batch.pk).update(
                recalled_at=timezone.now(), recall_reason="Glass", updated_at=timezone.now()
            )
        return answer

    with connection.execute_wrapper(recalled_after_the_second):
        assert "Why: Glass" in read(batch)
    assert "Why: Glass" in read(batch)


def test_a_batch_deleted_while_its_page_was_rendered_is_not_found(make_batch: MakeBatch) -> None:
    batch = make_batch(1, arrival_date=date(2026, 11, 21))
    asked: list[str] = []

    def deleted_after_the_first(execute: Any, sql: Any, *rest: Any) -> Any:
        asked.append(sql)
        if len(asked) == 2:
            Batch.objects.filter(pk=batch.pk).delete()
        return execute(sql, *rest)

    with connection.execute_wrapper(deleted_after_the_first):
        assert Client().get(f"/batch/{batch.pk}").status_code == 404
