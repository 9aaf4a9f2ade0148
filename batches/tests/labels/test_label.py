from datetime import date
from itertools import pairwise

import pytest

from batches.labels.label import Label, LabelMaker, TooSmallError, reads_from_the_right
from batches.models import Batch, Product
from batches.rules.label_fields import FIELDS, FIRST_FIELDS
from batches.rules.label_stock import Stock, ready_made
from conftest import MakeBatch

EVERY_STOCK = [it for it in ready_made().values() if it.key != "avery-5167"]
L7160 = ready_made()["avery-l7160"]


def label_of(batch: Batch, stock: Stock = L7160, fields: list[str] = FIRST_FIELDS) -> Label:
    return LabelMaker(stock, tuple(fields), "Corner Butcher").label(batch)


def texts(label: Label) -> list[str]:
    return [line.text for line in label.lines]


def test_it_says_what_was_chosen_in_a_fixed_order(make_batch: MakeBatch) -> None:
    batch = make_batch(
        batch_identifier="A-1", butcher_date=date(2026, 11, 20), use_by=date(2026, 12, 1)
    )
    assert texts(label_of(batch, fields=[*reversed(FIELDS)])) == [
        "Chicken",
        "Batch A-1",
        "Butchered 20 Nov 2026",
        "Arrived 22 Nov 2026",
        "Use by 1 Dec 2026",
        batch.spelled_code(),
        "Corner Butcher",
    ]
    assert texts(label_of(batch, fields=[])) == [batch.spelled_code()]


@pytest.mark.parametrize("stock", EVERY_STOCK, ids=lambda it: it.key)
@pytest.mark.parametrize("name", ["Ox", "Beef mince", "Donaudampfschifffahrt" * 2, "鸡" * 60])
def test_rows_follow_each_other_within_the_label(
    make_batch: MakeBatch, chicken: Product, stock: Stock, name: str
) -> None:
    chicken.name = name
    chicken.save()
    label = label_of(make_batch(batch_identifier="W" * 20, use_by=date(2026, 12, 1)), stock)
    words = label.layout.arrangement.words
    for above, below in pairwise(label.rows):
        assert above.box.top + above.box.height <= below.box.top + 0.002
    assert label.rows[0].box.top >= words.top - 0.002
    last = label.rows[-1].box
    assert last.top + last.height <= words.top + words.height + 0.002
    shown = "".join(row.text for row in label.rows if row.field == "product")
    assert shown in ("", name.replace(" ", ""), name)


def test_a_long_name_is_smaller_before_it_shrinks_everything(
    make_batch: MakeBatch, chicken: Product
) -> None:
    short = label_of(make_batch())
    chicken.name = "Corn-fed free-range chicken thighs without skin and bones"
    chicken.save()
    long = label_of(make_batch())
    assert long.layout.size == short.layout.size
    assert long.lines[0].scale < short.lines[0].scale
    assert long.module == short.module


def test_a_name_that_leaves_no_room_costs_its_label_a_smaller_code(
    make_batch: MakeBatch, chicken: Product
) -> None:
    usual = make_batch()
    product = Product.objects.create(name="鸡" * 60)
    wide = make_batch(product=product, batch_identifier="W" * 20, use_by=date(2026, 12, 1))
    batches = [usual, wide]
    maker = LabelMaker(ready_made()["onlinelabels-ol5125"], tuple(FIELDS), "The Corner Butcher")
    first, second = maker.labels(batches)
    assert first.module > second.module >= 0.4
    assert second.layout.size >= 1.2


def test_without_room_for_a_code_there_is_no_label(make_batch: MakeBatch) -> None:
    with pytest.raises(TooSmallError):
        label_of(make_batch(), ready_made()["avery-5167"])


def test_what_is_left_out_is_not_said_and_not_kept(make_batch: MakeBatch) -> None:
    label = label_of(make_batch(), ready_made()["dymo-30332"])
    assert label.left_out == ["arrival_date", "shop"]
    assert "Arrived" not in " ".join(texts(label))
    assert sorted(label.says) == ["address", "batch_identifier", "product", "use_by"]


@pytest.mark.parametrize(
    ("text", "from_the_right"),
    [
        ("دجاج", True),
        ("עוף", True),
        ("3 دجاج", True),
        ("Beef دجاج", False),
        ("鸡", False),
        ("12", False),
    ],
)
def test_the_first_letter_tells_where_a_row_begins(text: str, from_the_right: bool) -> None:
    assert reads_from_the_right(text) is from_the_right
