import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from time_machine import Traveller

from accounts.models import User
from batches.codes import LENGTH
from batches.models import Batch, Product
from batches.shelf_life import Freshness
from conftest import MakeBatch


@pytest.mark.parametrize("freshness", list(Freshness))
@pytest.mark.parametrize("use_by", [None, -1, 0, 1])
@pytest.mark.parametrize("days", range(8))
def test_the_database_and_the_rule_agree(
    make_batch: MakeBatch, days: int, use_by: int | None, freshness: Freshness
) -> None:
    today = timezone.localdate()
    batch = make_batch(
        days_on_shelf=days,
        butcher_date=today - timedelta(days=10),
        use_by=None if use_by is None else today + timedelta(days=use_by),
    )
    found = Batch.objects.of_freshness(freshness, today)
    assert found.exists() == (batch.freshness() == freshness)


@pytest.mark.parametrize("days", [0, 3, 9])
def test_a_recall_stands_above_everything(make_batch: MakeBatch, days: int) -> None:
    make_batch(days, recalled_at=timezone.now(), recall_reason="Salmonella")
    today = timezone.localdate()
    assert [batch.freshness() for batch in Batch.objects.all()] == [Freshness.RECALLED]
    assert {f for f in Freshness if Batch.objects.of_freshness(f, today).exists()} == {"recalled"}


def test_only_what_is_on_the_shelf_and_not_expired_may_be_sold(make_batch: MakeBatch) -> None:
    recalled = make_batch(recalled_at=timezone.now(), recall_reason="Salmonella")
    removed = make_batch(removed_on=timezone.localdate())
    assert [make_batch(4).may_be_sold(), make_batch(5).may_be_sold()] == [True, False]
    assert [recalled.may_be_sold(), removed.may_be_sold()] == [False, False]


def test_days_on_shelf_count_from_the_day_of_arrival(make_batch: MakeBatch) -> None:
    batch = make_batch(arrival_date=date(2026, 2, 27), butcher_date=date(2026, 2, 27))
    assert batch.days_on_shelf(date(2026, 2, 27)) == 0
    assert batch.days_on_shelf(date(2026, 3, 1)) == 2


def test_a_batch_keeps_the_shelf_life_it_was_recorded_with(
    make_batch: MakeBatch, chicken: Product
) -> None:
    before = make_batch(days_on_shelf=3)
    chicken.fresh_days, chicken.caution_days = 7, 9
    chicken.save()
    before = Batch.objects.get(pk=before.pk)
    before.supplier = "Hill Farm"
    before.save()
    assert before.freshness() == Freshness.CAUTION
    assert make_batch(days_on_shelf=3).freshness() == Freshness.FRESH


def test_another_product_brings_its_own_shelf_life(make_batch: MakeBatch) -> None:
    ham = Product.objects.create(name="Ham", fresh_days=20, caution_days=30)
    batch = make_batch(days_on_shelf=10)
    batch.product = ham
    batch.save()
    assert batch.freshness() == Freshness.FRESH


def test_a_corrected_arrival_moves_the_days_on_which_it_turns(make_batch: MakeBatch) -> None:
    batch = make_batch(days_on_shelf=0, butcher_date=date(2026, 1, 1))
    batch.arrival_date -= timedelta(days=5)
    batch.save(update_fields=["arrival_date"])
    assert Batch.objects.get(pk=batch.pk).freshness() == Freshness.EXPIRED


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("batch_has_arrived", {"arrival_date": 1}),
        ("batch_arrives_after_butchering", {"butcher_date": 1}),
        ("batch_year_is_plausible", {"butcher_date": date(205, 1, 1)}),
        ("batch_use_by_after_butchering", {"use_by": -1}),
        ("batch_use_by_after_butchering", {"use_by": date(2126, 11, 22)}),
        ("batch_removed_after_arrival", {"removed_on": -1}),
        ("batch_has_been_removed", {"removed_on": 1}),
        ("batch_removal_has_a_day", {"removal_reason": "Sold out"}),
        ("batch_recall_has_a_reason", {"recalled_at": datetime(2026, 11, 22, tzinfo=UTC)}),
        ("batch_recall_has_a_reason", {"recall_reason": "Salmonella"}),
        ("batch_turns_in_order", {"expired_from": date(2000, 1, 1)}),
    ],
)
def test_the_database_refuses_what_is_never_true(
    make_batch: MakeBatch, rule: str, fields: dict[str, Any]
) -> None:
    today = timezone.localdate()
    fields = {
        name: today + timedelta(days=value) if isinstance(value, int) else value
        for name, value in fields.items()
    }
    batch = make_batch()
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(**fields)
    if rule != "batch_turns_in_order":  # what a save computes itself
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            make_batch(**fields)


def test_a_recall_goes_through_where_the_clock_was_ahead_when_the_batch_was_recorded(
    make_batch: MakeBatch, noon: Traveller
) -> None:
    noon.shift(timedelta(days=2))
    batch = make_batch()
    noon.shift(timedelta(days=-2))
    batch.recalled_at, batch.recall_reason = timezone.now(), "Salmonella"
    batch.full_clean()
    batch.save()
    assert Batch.objects.get().freshness() == Freshness.RECALLED


def test_the_database_refuses_the_same_identifier_in_other_capitals(make_batch: MakeBatch) -> None:
    make_batch(batch_identifier="ab-1")
    with pytest.raises(IntegrityError):
        make_batch(batch_identifier="AB-1")


def test_a_refused_batch_says_why_at_the_field_that_mends_it(make_batch: MakeBatch) -> None:
    make_batch(batch_identifier="ab-1")
    today = timezone.localdate()
    twin = Batch(
        product=Product.objects.get(name="Beef"),
        batch_identifier="AB-1",
        butcher_date=today,
        arrival_date=today - timedelta(days=1),
        use_by=today - timedelta(days=2),
        created_by=User.objects.get(),
    )
    with pytest.raises(ValidationError) as refused:
        twin.full_clean()
    assert refused.value.message_dict == {
        "batch_identifier": ["Another batch has this identifier already. Choose another."],
        "arrival_date": ["A batch cannot arrive before it was butchered."],
        "use_by": ["The use-by date cannot lie before the butcher date."],
    }


def test_a_code_that_is_taken_is_drawn_again(
    make_batch: MakeBatch, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([0, 0, 1])
    monkeypatch.setattr(secrets, "randbits", lambda bits: next(drawn))
    codes = [make_batch().pk, make_batch().pk]
    assert codes == ["0" * LENGTH, "1" + "0" * (LENGTH - 1)]
    assert Batch.objects.count() == 2


def test_an_edit_never_changes_the_code(make_batch: MakeBatch) -> None:
    batch = make_batch()
    code = batch.pk
    batch.batch_identifier = "new-name"
    batch.save()
    assert Batch.objects.get().pk == code


def test_the_code_is_spelled_in_two_groups_of_five() -> None:
    assert Batch(id="7K3QF9XM2A").spelled_code() == "7K3QF 9XM2A"


@pytest.mark.parametrize(
    ("taken", "suggested"),
    [
        ([], "261122-01"),
        (["261122-01"], "261122-02"),
        (["261122-09", "261122-2"], "261122-10"),
        (["261122-99"], "261122-100"),
        (["261122-9999", "261122-10000"], "261122-10001"),
        (["261122-x", "261122-9999999999999", "261121-07"], "261122-01"),
    ],
)
def test_the_suggested_identifier_is_the_next_of_the_day(
    make_batch: MakeBatch, taken: list[str], suggested: str
) -> None:
    for identifier in taken:
        make_batch(batch_identifier=identifier)
    assert Batch.objects.next_identifier(date(2026, 11, 22)) == suggested
