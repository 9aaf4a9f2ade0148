"""A row that names no code may correct what is on the shelf, and nothing else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Import, Product, Recall
from conftest import MakeBatch, words

from .test_import import HEADER, confirm, counts, preview, table

# As make_batch makes one that arrived yesterday, of another supplier.
SAME = "Chicken,B-1,2026-11-21,2026-11-21,,Hill Farm"
GONE: dict[str, tuple[int, dict[str, Any]]] = {
    "is sold out since 22 November 2026": (
        1,
        {"removed_on": date(2026, 11, 22), "removal": "sold-out"},
    ),
    "was discarded on 22 November 2026": (
        1,
        {
            "removed_on": date(2026, 11, 22),
            "removal": "discarded",
            "removal_reason": "Smell",
        },
    ),
    "left the shelf on 22 November 2026": (1, {"removed_on": date(2026, 11, 22)}),
    "was recalled on 22 November 2026": (1, {"recall_reason": "Glass"}),
    "has been expired since 21 November 2026": (6, {}),
}


def make_gone(make_batch: MakeBatch, what: str) -> Batch:
    days, fields = GONE[what]
    if "recall_reason" in fields:
        fields = fields | {"recalled_at": timezone.now()}
    return make_batch(days, batch_identifier="B-1", supplier="Old Farm", **fields)


def row_of(batch: Batch, **changes: str) -> str:
    cells = {
        "product": batch.product.name,
        "batch_identifier": batch.batch_identifier,
        "butcher_date": f"{batch.butcher_date}",
        "arrival_date": f"{batch.arrival_date}",
        "use_by": "",
        "supplier": batch.supplier,
        "supplier_lot": batch.supplier_lot,
    }
    return ",".join((cells | changes).values())


LOT_HEADER = f"{HEADER},supplier_lot"


@pytest.mark.parametrize("what", GONE)
@pytest.mark.parametrize("identifier", ["B-1", "b-1"])
def test_what_is_gone_is_not_written_over(
    staff_client: Client, make_batch: MakeBatch, what: str, identifier: str
) -> None:
    batch = make_gone(make_batch, what)
    row = row_of(batch, batch_identifier=identifier, supplier="New Farm")
    page = words(preview(staff_client, f"{LOT_HEADER}\n{row}").content)
    assert counts() == (0, 0, 0, 1)
    assert f"Row 2 batch_identifier : Batch B-1 {what}." in page
    assert f"put its code {batch.pk} in the column “code”" in page
    confirm(staff_client)
    batch.refresh_from_db()
    assert batch.supplier == "Old Farm"


def test_a_new_delivery_is_told_once(staff_client: Client, make_batch: MakeBatch) -> None:
    batch = make_batch(5, batch_identifier="B-1", removed_on=date(2026, 11, 18))
    row = row_of(batch, product="Beef", arrival_date="2026-11-22", supplier="New Farm")
    page = words(preview(staff_client, f"{LOT_HEADER}\n{row}").content)
    assert "Batch B-1 left the shelf on 18 November 2026." in page
    assert "before it has arrived" not in page


@pytest.mark.parametrize("what", GONE)
def test_a_row_with_the_code_may_change_it_and_the_preview_says_so(
    staff_client: Client, make_batch: MakeBatch, what: str
) -> None:
    batch = make_gone(make_batch, what)
    row = f"{batch.pk},{row_of(batch, supplier='New Farm')}"
    page = words(preview(staff_client, f"code,{LOT_HEADER}\n{row}").content)
    assert counts() == (0, 1, 0, 0)
    assert f"Batch B-1 {what}." in page
    assert "1 row changes a batch that has left the shelf" in page
    confirm(staff_client)
    batch.refresh_from_db()
    assert batch.supplier == "New Farm"


def test_those_that_are_gone_stand_before_all_others(
    staff_client: Client, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batches.spreadsheets.importing.views.SHOWN", 1)
    batches = [make_batch(days, batch_identifier=f"B-{days}", supplier="Old") for days in (1, 6)]
    rows = [f"{batch.pk},{row_of(batch, supplier='New')}" for batch in batches]
    page = words(preview(staff_client, "\n".join([f"code,{LOT_HEADER}", *rows])).content)
    assert "Chicken B-6 Row 3" in page
    assert "Chicken B-1 Row 2" not in page
    path = f"{Import.objects.get().get_absolute_url()}/rows"
    table = staff_client.get(path).getvalue().decode("utf-8-sig")
    assert "Batch B-6 has been expired since 21 November 2026." in table


@pytest.mark.parametrize("what", GONE)
def test_a_row_that_changes_nothing_is_unchanged(
    staff_client: Client, make_batch: MakeBatch, what: str
) -> None:
    batch = make_gone(make_batch, what)
    preview(staff_client, f"{LOT_HEADER}\n{row_of(batch)}")
    assert counts() == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"product": "Beef"}, "product", "Batch B-1 is Chicken."),
        ({"arrival_date": "2026-11-22"}, "arrival_date", "arrived on 21 November 2026."),
        ({"butcher_date": "2026-11-20"}, "butcher_date", "is 21 November 2026."),
        ({"supplier_lot": "L2"}, "supplier_lot", "lot L1."),
        ({"supplier_lot": ""}, "supplier_lot", "lot L1."),
        ({"supplier": "Other Farm"}, "supplier", "from the supplier Farm."),
        ({"supplier": ""}, "supplier", "from the supplier Farm."),
    ],
)
def test_another_delivery_needs_another_identifier(
    staff_client: Client,
    make_batch: MakeBatch,
    changes: dict[str, str],
    column: str,
    sentence: str,
) -> None:
    batch = make_batch(1, batch_identifier="B-1", supplier="Farm", supplier_lot="L1")
    text = f"{LOT_HEADER}\n{row_of(batch, **changes)}"
    page = words(preview(staff_client, text).content)
    assert counts() == (0, 0, 0, 1)
    assert f"Row 2 {column} : " in page
    assert sentence in page
    preview(staff_client, f"code,{LOT_HEADER}\n{batch.pk},{row_of(batch, **changes)}")
    assert counts() == (0, 1, 0, 0)


def test_what_is_on_the_shelf_may_be_corrected_by_its_identifier(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch(4, batch_identifier="B-1", supplier="farm", supplier_lot="l1")
    changes = {"supplier": "Farm", "supplier_lot": "L1", "use_by": "2026-11-30"}
    preview(staff_client, f"{LOT_HEADER}\n{row_of(batch, **changes)}")
    assert counts() == (0, 1, 0, 0)
    confirm(staff_client)
    batch.refresh_from_db()
    assert (batch.supplier, batch.supplier_lot) == ("Farm", "L1")


@pytest.mark.parametrize("names_code", [True, False])
def test_what_expires_between_the_preview_and_the_word_is_looked_at_again(
    staff_client: Client, make_batch: MakeBatch, noon: Any, names_code: bool
) -> None:
    batch = make_batch(4, batch_identifier="B-1", supplier="Old Farm")
    row = row_of(batch, supplier="New Farm")
    code = f"{batch.pk}," if names_code else ","
    preview(staff_client, f"code,{LOT_HEADER}\n{code}{row}")
    assert counts() == (0, 1, 0, 0)
    noon.shift(timedelta(hours=13))
    page = words(confirm(staff_client).content)
    assert "Something in the shop has changed" in page
    assert "has been expired since 23 November 2026" in page
    batch.refresh_from_db()
    assert batch.supplier == "Old Farm"
    assert counts() == ((0, 1, 0, 0) if names_code else (0, 0, 0, 1))
    confirm(staff_client)
    batch.refresh_from_db()
    assert batch.supplier == ("New Farm" if names_code else "Old Farm")


@pytest.mark.parametrize("what", ["sold", "recalled"])
def test_what_leaves_between_the_preview_and_the_word_is_refused(
    staff_client: Client, make_batch: MakeBatch, staff: User, noon: Any, what: str
) -> None:
    batch = make_batch(1, batch_identifier="B-1", supplier="Old Farm")
    preview(staff_client, f"{LOT_HEADER}\n{row_of(batch, supplier='New Farm')}")
    noon.shift(5)
    if what == "sold":
        Batch.objects.filter(pk=batch.pk).remove(staff, "sold-out")  # type: ignore[arg-type]
    else:
        Recall.begin([batch.pk], "Glass", staff)
    confirm(staff_client)
    assert counts() == (0, 0, 0, 1)
    confirm(staff_client)
    batch.refresh_from_db()
    assert batch.supplier == "Old Farm"


def test_the_identifier_of_a_deleted_batch_is_free(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    make_batch(1, batch_identifier="B-1").delete()
    preview(staff_client, table(SAME))
    assert counts() == (1, 0, 0, 0)


def test_zeros_that_were_dropped_do_not_lead_to_another_batch(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    """Both 12 and 012 are there: whose row it is, nobody can tell any more."""
    make_batch(1, batch_identifier="012", supplier="Farm")
    batch = make_batch(1, batch_identifier="12", supplier="Farm")
    row = row_of(batch, supplier="New Farm")
    page = words(preview(staff_client, f"{LOT_HEADER}\n{row}").content)
    assert counts() == (0, 0, 0, 1)
    assert "There is a batch 012" in page
    preview(staff_client, f"{LOT_HEADER}\n{row_of(batch)}")
    assert counts() == (0, 0, 1, 0)
    preview(staff_client, f"code,{LOT_HEADER}\n{batch.pk},{row}")
    assert counts() == (0, 1, 0, 0)


def test_a_product_by_its_turkish_capitals_is_the_same(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    mince = Product.objects.create(name="Kıyma", fresh_days=2, caution_days=4)
    batch = make_batch(1, batch_identifier="B-1", product=mince)
    preview(staff_client, f"{LOT_HEADER}\n{row_of(batch, product='KIYMA')}")
    assert counts() == (0, 0, 1, 0)
