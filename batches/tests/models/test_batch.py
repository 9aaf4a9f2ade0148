import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from time_machine import Traveller

from accounts.models import User
from batches.models import Batch, Product
from batches.models.batch_queryset import BatchQuerySet
from batches.rules.batch_code import LENGTH
from batches.rules.shelf_life import Status
from conftest import MakeBatch


class Combination(NamedTuple):
    """What a status follows from; all are days from today but for `days`, those on the shelf."""

    days: int
    use_by: int | None
    removed: int | None
    is_recalled: bool

    def expected(self) -> Status:
        """By the words of the rule: recalled above all, then expired, removed, caution, fresh."""
        is_past_use_by = self.use_by is not None and self.use_by < 0
        if self.is_recalled:
            return Status.RECALLED
        if self.days > 4 or is_past_use_by:
            return Status.EXPIRED
        if self.removed is not None:
            return Status.REMOVED
        return Status.CAUTION if self.days > 2 else Status.FRESH


COMBINATIONS = [
    Combination(*values) for values in product(range(8), (None, -1, 0, 1), (None, 0), (False, True))
]


def test_the_database_and_the_rule_agree_in_every_combination(make_batch: MakeBatch) -> None:
    today = timezone.localdate()
    made = {}
    for number, combination in enumerate(COMBINATIONS):
        days, use_by, removed, is_recalled = combination
        batch = make_batch(
            days_on_shelf=days,
            batch_identifier=f"A-{number}",
            butcher_date=today - timedelta(days=10),
            use_by=None if use_by is None else today + timedelta(days=use_by),
            removed_on=None if removed is None else today + timedelta(days=removed),
            recalled_at=timezone.now() if is_recalled else None,
            recall_reason="Salmonella" if is_recalled else "",
        )
        made[batch.pk] = batch
        assert (combination, batch.status(today)) == (combination, combination.expected())
    batches = Batch.objects.all()

    def codes(is_so: Callable[[Batch], bool]) -> set[str]:
        return {code for code, batch in made.items() if is_so(batch)}

    def found(batches: BatchQuerySet) -> set[str]:
        return set(batches.values_list("pk", flat=True))

    for status in Status:
        expected = {code for code, batch in made.items() if batch.status(today) == status}
        assert (status, found(batches.with_status(status, today))) == (status, expected)
    assert found(batches.on_shelf()) == codes(Batch.is_on_shelf)
    assert found(batches.not_removed()) == codes(lambda it: it.removed_on is None)
    is_bad = (Status.RECALLED, Status.EXPIRED)
    assert found(batches.to_pull(today)) == codes(
        lambda it: it.removed_on is None and it.status(today) in is_bad
    )
    for_sale = codes(lambda it: it.may_be_sold(today))
    assert for_sale == codes(lambda it: it.is_on_shelf() and it.status(today) not in is_bad)


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
    assert before.status() == Status.CAUTION
    assert make_batch(days_on_shelf=3).status() == Status.FRESH


def test_another_product_brings_its_own_shelf_life(make_batch: MakeBatch) -> None:
    ham = Product.objects.create(name="Ham", fresh_days=20, caution_days=30)
    batch = make_batch(days_on_shelf=10)
    batch.product = ham
    batch.save()
    assert batch.status() == Status.FRESH


def test_a_corrected_arrival_moves_the_days_on_which_it_turns(make_batch: MakeBatch) -> None:
    batch = make_batch(days_on_shelf=0, butcher_date=date(2026, 1, 1))
    batch.arrival_date -= timedelta(days=5)
    batch.save(update_fields=["arrival_date"])
    assert Batch.objects.get(pk=batch.pk).status() == Status.EXPIRED


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
    assert Batch.objects.get().status() == Status.RECALLED


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
