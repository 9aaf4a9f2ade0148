"""Histories, told in sentences."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.models import Batch, LabelRun, PrintedLabels, Product, Recall, Removal
from batches.register.history import history_of, sentences
from conftest import MakeBatch, words


def told(batch: Batch) -> list[str]:
    """All sentences but that it was recorded, the latest first."""
    sentences = [sentence for event in history_of(Batch, batch.pk) for sentence in event.sentences]
    assert sentences.pop() == "Somebody recorded it."
    return sentences


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            {"arrival_date": date(2026, 11, 20)},
            {"arrival_date": date(2026, 11, 21)},
            "Ayşe Yılmaz moved the arrival date from 20 to 21 November 2026.",
        ),
        (
            {"butcher_date": date(2026, 10, 31)},
            {"butcher_date": date(2026, 11, 1)},
            "Ayşe Yılmaz moved the butcher date from 31 October 2026 to 1 November 2026.",
        ),
        (
            {"use_by": date(2025, 12, 3)},
            {"use_by": date(2026, 12, 3)},
            "Ayşe Yılmaz moved the use-by date from 3 December 2025 to 3 December 2026.",
        ),
        (
            {"use_by": None},
            {"use_by": date(2026, 12, 3)},
            "Ayşe Yılmaz entered the use-by date: 3 December 2026.",
        ),
        (
            {"use_by": date(2026, 12, 3)},
            {"use_by": None},
            "Ayşe Yılmaz removed the use-by date, which was 3 December 2026.",
        ),
        (
            {"batch_identifier": "A-1"},
            {"batch_identifier": "A-2"},
            "Ayşe Yılmaz changed the identifier from A-1 to A-2.",
        ),
        (
            {"supplier": ""},
            {"supplier": "Hill <Farm>"},
            "Ayşe Yılmaz entered the supplier: Hill <Farm>.",
        ),
        (
            {"supplier": "Hill Farm"},
            {"supplier": "Dale Farm"},
            "Ayşe Yılmaz changed the supplier from Hill Farm to Dale Farm.",
        ),
        (
            {"supplier_lot": "L-1"},
            {"supplier_lot": ""},
            "Ayşe Yılmaz removed the supplier’s lot, which was L-1.",
        ),
    ],
)
def test_an_edit(
    make_batch: MakeBatch,
    staff: User,
    before: dict[str, Any],
    after: dict[str, Any],
    sentence: str,
) -> None:
    dates = {"butcher_date": date(2025, 10, 1), "arrival_date": date(2026, 11, 19)}
    batch = make_batch(**(dates | before))
    Batch.objects.filter(pk=batch.pk).change(staff, **after)
    assert told(batch) == [sentence]


def test_the_product_by_its_name(make_batch: MakeBatch, staff: User) -> None:
    batch = make_batch()
    beef = Product.objects.get(name="Beef")
    Batch.objects.filter(pk=batch.pk).change(staff, product=beef)
    assert told(batch) == ["Ayşe Yılmaz changed the product from Chicken to Beef."]


def test_leaving_the_shelf_and_coming_back(make_batch: MakeBatch, staff: User) -> None:
    batch = make_batch()
    this = Batch.objects.filter(pk=batch.pk)
    this.remove(staff, Removal.SOLD_OUT)
    this.restore_to_shelf(staff)
    this.remove(staff, Removal.DISCARDED, "Fell on the floor", Decimal("1.500"))
    this.restore_to_shelf(staff)
    this.remove(staff, Removal.DISCARDED, "Fell on the floor")
    assert told(batch) == [
        "Ayşe Yılmaz discarded it: Fell on the floor.",
        "Ayşe Yılmaz put it back on the shelf.",
        "Ayşe Yılmaz discarded it, 1.5 kg: Fell on the floor.",
        "Ayşe Yılmaz put it back on the shelf.",
        "Ayşe Yılmaz took it off the shelf: sold out.",
    ]


def test_a_recall_and_its_end(make_batch: MakeBatch, staff: User, administrator: User) -> None:
    batch = make_batch()
    recall = Recall.begin([batch.pk], "Glass", staff)
    recall.batches.release(administrator, "It was another lot")
    assert told(batch) == [
        "Olga Owner released it from its recall: It was another lot",
        "Ayşe Yılmaz recalled it: Glass",
    ]


def test_no_detail_hides_behind_another(make_batch: MakeBatch, staff: User) -> None:
    batch = make_batch(3)
    this = Batch.objects.filter(pk=batch.pk)
    this.remove(staff, Removal.DISCARDED, "Smelled")
    yesterday = timezone.localdate() - timedelta(days=1)
    this.change(staff, removed_on=yesterday, removal_reason="Looked bad", supplier="X")
    assert told(batch)[:3] == [
        "Ayşe Yılmaz entered the supplier: X.",
        "Ayşe Yılmaz changed “taken off the shelf on” from “22” to “21 November 2026”.",
        "Ayşe Yılmaz changed “why it was taken off” from “Smelled” to “Looked bad”.",
    ]


@pytest.mark.django_db
def test_a_products_shelf_life_is_told_with_whatever_else_changed() -> None:
    goat = Product.objects.create(name="Goat", storage_advice="Keep at 4 °C or colder.")
    goat.fresh_days, goat.storage_advice = 1, "Keep it cold."
    goat.save()
    now, *_earlier = history_of(Product, goat.pk)
    assert now.sentences == [
        "Somebody changed “fresh through day” from “2” to “1”.",
        "Somebody changed “storage advice” from “Keep at 4 °C or colder.” to “Keep it cold.”.",
    ]


def test_several_fields_at_once_are_one_event(make_batch: MakeBatch, staff: User) -> None:
    batch = make_batch()
    Batch.objects.filter(pk=batch.pk).change(staff, supplier="Hill Farm", supplier_lot="L-1")
    event = history_of(Batch, batch.pk)[0]
    assert sorted(event.sentences) == [
        "Ayşe Yılmaz entered the supplier: Hill Farm.",
        "Ayşe Yılmaz entered the supplier’s lot: L-1.",
    ]


def test_labels_printed_and_gone(make_batch: MakeBatch, staff: User) -> None:
    batch = make_batch()
    now = timezone.now()
    for minutes, copies, gone_at in ((1, 1, None), (2, 2, now + timedelta(minutes=5))):
        run = LabelRun.objects.create(printed_by=staff, stock="x", measures="", labels=3)
        LabelRun.objects.update(printed_at=now + timedelta(minutes=minutes))
        PrintedLabels.objects.create(
            run=run, batch=batch, copies=copies, says="{}", gone_at=gone_at
        )
    LabelRun.objects.filter(printed_labels__copies=1).update(printed_at=now)
    assert told(batch) == [
        "Somebody noted that 2 wrong labels are gone.",
        "Ayşe Yılmaz printed 2 labels.",
        "Ayşe Yılmaz printed 1 label.",
    ]


def test_labels_that_went_in_one_moment_are_one_event(make_batch: MakeBatch, staff: User) -> None:
    batch = make_batch()
    later = timezone.now() + timedelta(minutes=5)
    for copies in (1, 2):
        run = LabelRun.objects.create(printed_by=staff, stock="x", measures="", labels=3)
        PrintedLabels.objects.create(
            run=run, batch=batch, copies=copies, says="{}", gone_at=later, gone_by=staff
        )
    assert told(batch)[0] == "Ayşe Yılmaz noted that 3 wrong labels are gone."


def test_what_was_recorded_as_off_the_shelf_says_so(make_batch: MakeBatch) -> None:
    make_batch(removed_on=timezone.localdate(), removal=Removal.SOLD_OUT)
    [event] = history_of(Batch, Batch.objects.get().pk)
    assert event.sentences == [
        "Somebody recorded it.",
        "Somebody took it off the shelf: sold out.",
    ]


def test_words_from_right_to_left_stay_apart_from_the_sentence(
    make_batch: MakeBatch, staff: User
) -> None:
    batch = make_batch(supplier="Hill Farm")
    Batch.objects.filter(pk=batch.pk).change(staff, supplier="חווה")
    assert told(batch) == [
        "Ayşe Yılmaz changed the supplier from Hill Farm to \u2068חווה\u2069.",
    ]


OTHER = {"removal": "sold-out", "discarded_weight": Decimal(2), "active": False}


@pytest.mark.parametrize("model", [Batch, Product])
def test_no_change_of_a_field_is_hidden(
    make_batch: MakeBatch, model: type[Batch] | type[Product]
) -> None:
    """A field without words of its own is told in general ones."""
    history = model.history
    one = make_batch() if model is Batch else Product.objects.get(name="Beef")
    one.save()
    for field in history.model.tracked_fields:
        if field.primary_key:
            continue
        before, after = history.filter(id=one.pk).first(), history.filter(id=one.pk).first()
        now = getattr(before, field.attname)
        other: Any = OTHER.get(field.name, "something else")
        if isinstance(field, models.DateTimeField):
            other = timezone.now() + timedelta(days=1)
        elif isinstance(field, models.DateField):
            other = date(2026, 1, 2)
        elif isinstance(field, models.PositiveSmallIntegerField | models.ForeignKey):
            other = 77
        assert now != other
        setattr(after, field.attname, other)
        after.history_type = "~"
        [sentence] = sentences(after, before, {})
        assert sentence.startswith("Somebody ")


def test_in_its_language_dates_are_too(make_batch: MakeBatch, staff: User) -> None:
    batch = make_batch(arrival_date=date(2026, 10, 31), butcher_date=date(2026, 10, 31))
    Batch.objects.filter(pk=batch.pk).change(staff, arrival_date=date(2026, 11, 1))
    client = Client()
    client.force_login(staff)
    html = client.get(f"/admin/batches/{batch.pk}", headers={"accept-language": "es"}).content
    assert "1 de noviembre de 2026" in words(html)


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_as_many_queries_for_a_long_life_as_for_a_short_one(
    make_batch: MakeBatch,
    staff: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    batch = make_batch()
    for number in range(count):
        Batch.objects.filter(pk=batch.pk).change(staff, supplier=f"Farm {number}")
    with django_assert_num_queries(3):  # versions, products, labels
        assert len(history_of(Batch, batch.pk)) == count + 1


class TestPages:
    def test_the_page_of_a_batch_tells_the_latest(
        self, staff_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        batch = make_batch()
        for number in range(25):
            Batch.objects.filter(pk=batch.pk).change(staff, supplier=f"Farm {number}")
        path = f"/admin/batches/{batch.pk}"
        html = words(staff_client.get(path).content)
        assert "Ayşe Yılmaz changed the supplier from Farm 23 to Farm 24." in html
        assert "recorded it." not in html
        assert "6 earlier changes" in html
        assert "recorded it." in words(staff_client.get(f"{path}?history=all").content)

    def test_of_a_deleted_batch_it_says_who_deleted_it(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        staff_client.post(f"/admin/batches/{batch.pk}/delete")
        response = staff_client.get(f"/admin/batches/{batch.pk}")
        assert response.status_code == 404
        assert "A-1 was deleted" in words(response.content)
        assert "Ayşe Yılmaz deleted it." in words(response.content)
        assert staff_client.get("/admin/batches/0000000000").status_code == 404

    def test_of_a_deleted_batch_it_says_how_many_labels_may_be_out(
        self, administrator_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        run = LabelRun.objects.create(printed_by=staff, stock="x", measures="", labels=3)
        for copies, gone_at in ((1, timezone.now()), (2, None)):
            PrintedLabels.objects.create(
                run=run, batch=batch, copies=copies, says="{}", gone_at=gone_at
            )
        administrator_client.post(
            f"/django-admin/batches/batch/{batch.pk}/delete/", {"post": "yes"}
        )
        page = words(administrator_client.get(f"/admin/batches/{batch.pk}").content)
        assert "Olga Owner deleted it. 2 labels of it may still be on packs." in page

    def test_djangos_admin_tells_the_same(
        self, administrator_client: Client, make_batch: MakeBatch, staff: User
    ) -> None:
        batch = make_batch()
        for number in range(120):
            Batch.objects.filter(pk=batch.pk).change(staff, supplier=f"Farm {number}")
        run = LabelRun.objects.create(printed_by=staff, stock="x", measures="", labels=3)
        PrintedLabels.objects.create(run=run, batch=batch, copies=3, says="{}")
        path = f"/django-admin/batches/batch/{batch.pk}/history/"
        html = words(administrator_client.get(path).content)
        told = [sentence for event in history_of(Batch, batch.pk) for sentence in event.sentences]
        assert len(told) == 122
        assert [html.count(sentence) for sentence in told] == [1] * len(told)
        assert "Ayşe Yılmaz printed 3 labels." in html
