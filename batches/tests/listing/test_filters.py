"""The search of a shop that has more batches than are looked through."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from batches.listing.filters import FilterForm
from batches.models import Batch
from batches.models.case_folding import INDEXED, looked_for
from conftest import MakeBatch


def found(text: str) -> list[str]:
    form = FilterForm({"search": text})
    batches = form.apply(Batch.objects.newest_first(), timezone.localdate())
    return [it.batch_identifier for it in batches]


@pytest.fixture
def large_shop(make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batches.listing.filters.LATELY", 2)
    for days, name in enumerate(("new-1", "new-2", "old-1", "old-2")):
        make_batch(days, batch_identifier=name, supplier="Hof Meyer", supplier_lot=f"Lot {name}")


@pytest.mark.parametrize("often", [0, 1, 3])
@pytest.mark.parametrize(
    ("typed", "all_of_them"),
    [
        ("OLD", ["old-1", "old-2"]),
        ("old-2", ["old-2"]),
        ("hof  m", ["new-1", "new-2", "old-1", "old-2"]),
        ("lot OLD", ["old-1", "old-2"]),
        # In the middle of a word only of what came lately.
        ("meyer", ["new-1", "new-2"]),
        ("ew-2", ["new-2"]),
        ("ld-2", []),
        ("%", []),
        ("_", []),
    ],
)
def test_what_comes_often_and_what_does_not_are_found_alike(
    large_shop: None,
    monkeypatch: pytest.MonkeyPatch,
    often: int,
    typed: str,
    all_of_them: list[str],
) -> None:
    monkeypatch.setattr("batches.listing.filters.OFTEN", often)
    monkeypatch.setattr("batches.listing.filters.MANY", 0)
    assert found(typed) == all_of_them


def test_a_name_that_grows_when_it_is_folded_fits_into_an_index(make_batch: MakeBatch) -> None:
    batch = make_batch(batch_identifier="long", supplier="\ufdfa" * 120)
    assert len(batch.supplier_folded) == INDEXED
    assert found("\ufdfa" * 120) == ["long"]


@pytest.mark.parametrize("text", ["ÇAĞRI", "çağrı", "Çağri", " ÇAĞRI  "])
def test_one_name_is_looked_for_however_it_is_written(text: str) -> None:
    assert looked_for(text) == looked_for("Çağrı")


def test_what_is_looked_for_follows_each_change(make_batch: MakeBatch) -> None:
    batch = make_batch(batch_identifier="b", supplier="Hill")
    batch.supplier = "Dale"
    batch.save(update_fields=["supplier"])
    assert (found("hill"), found("dale")) == ([], ["b"])


def test_batches_of_before_are_found_too(
    make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = import_module("batches.migrations.0018_fold_text")
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    for number in range(5):
        make_batch(batch_identifier=f"n{number}", supplier="Çağrı", supplier_lot="L 1")
    Batch.objects.update(**dict.fromkeys(Batch.FOLDED, ""))
    migration.fold(apps, connection.schema_editor())
    folded = Batch.objects.order_by("pk").values_list(*Batch.FOLDED)
    expected = [
        tuple(looked_for(getattr(it, name)) for name in Batch.FOLDED.values())
        for it in Batch.objects.order_by("pk")
    ]
    assert [*folded] == expected
