"""Fills a demo shop with ten thousand batches or a multiple, with their histories and labels.

As a chain has them after a thousand days: what came lately is on the shelf, what is older was sold,
two of a hundred were forgotten there, and one of a thousand is recalled.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, LabelRun, PrintedLabels, Product, Recall, Removal, bulk
from batches.models.case_folding import looked_for
from batches.rules.batch_code import new_code
from batches.rules.shelf_life import ShelfLife

FIRST = 10_000  # batches; what is beyond them are copies of theirs
DAYS, SUPPLIERS, OF_A_LOT = 1_000, 200, 5
ON_SHELF, FORGOTTEN = 6, 50  # days; one of so many

Row = dict[str, Any]


def fill(batches: int) -> None:
    author = User.objects.earliest("pk")
    run = LabelRun.objects.create(printed_by=author, stock="a4-plain", measures="", labels=1)
    products = list(Product.objects.all())
    with without_indexes():
        save([batch(number, products) for number in range(FIRST)], run)
        copy(Batch, batches // FIRST, "batch_identifier", "supplier_lot", *Batch.FOLDED)
        copy(Batch.history.model, batches // FIRST, "batch_identifier", "supplier_lot")
        copy(PrintedLabels, batches // FIRST)
    codes = Batch.objects.newest_first().values_list("pk", flat=True)
    Recall.begin(list(codes)[::1000], "The cold chain was broken", author)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as it does by itself, a minute later


def batch(number: int, products: list[Product]) -> Row:
    days = DAYS - 1 - number * DAYS // FIRST
    arrival = timezone.localdate() - timedelta(days=days)
    product = products[number % len(products)]
    use_by = arrival + timedelta(days=3 + number % 9) if number % 3 == 0 else None
    life = ShelfLife.from_dates(
        arrival, use_by, fresh_days=product.fresh_days, caution_days=product.caution_days
    )
    is_sold = days > ON_SHELF and number % FORGOTTEN
    lot = number // OF_A_LOT
    names = {
        "batch_identifier": f"{arrival:%y%m%d}-{number:05}",
        "supplier": f"Farm {lot % SUPPLIERS:03} of the Valley",
        "supplier_lot": f"L{lot:05}",
    }
    return names | {
        "id": new_code()[:-3] + "000",
        "product_id": product.pk,
        "butcher_date": arrival - timedelta(days=number % 5),
        "arrival_date": arrival,
        "use_by": use_by,
        "fresh_days": product.fresh_days,
        "caution_days": product.caution_days,
        "caution_from": life.caution_from,
        "expired_from": life.expired_from,
        "removed_on": arrival + timedelta(days=ON_SHELF) if is_sold else None,
        "removal": Removal.SOLD_OUT if is_sold else "",
        "created_at": datetime.combine(arrival, time(6), UTC) + timedelta(seconds=number),
        **{name: looked_for(names[of]) for name, of in Batch.FOLDED.items()},
    }


def save(rows: list[Row], run: LabelRun) -> None:
    insert(Batch, rows, saved_on=timezone.localdate(), created_by_id=run.printed_by_id)
    sold = [row["id"] for row in rows if row["removal"]]
    bulk.remember(Batch, [row["id"] for row in rows], "+", run.printed_by, "")
    bulk.remember(Batch, sold, "~", run.printed_by, "")
    labels = [
        {"batch_id": row["id"], "gone_at": row["created_at"] if row["removal"] else None}
        for row in rows
    ]
    insert(PrintedLabels, labels, run_id=run.pk, copies=10, says="{}")


def insert(model: Any, rows: list[Row], **same: Any) -> None:
    """With `same` in each, and of what is not said what a new one has."""
    blank = model(**same)
    fields = model._meta.concrete_fields
    given = [field for field in fields if field.attname in rows[0]]
    rest = [field for field in fields if field.attname not in rows[0] and field.name != "id"]
    values = [bulk.prepared(it, it.pre_save(blank, True)) for it in rest]
    prepared = cache(bulk.prepared)
    written = [[*(prepared(it, row[it.attname]) for it in given), *values] for row in rows]
    bulk.insert(model, [*given, *rest], written)


def copy(model: Any, times: int, *numbered: str) -> None:
    """Until there are `times` as many, each of a batch of its own, whose names end in a number."""
    code = "batch_id" if model is PrintedLabels else "id"
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.attname == code or not field.primary_key
    ]
    of_copy = {code: f"substr({code}, 1, 7) || number"} | {
        name: f"{name} || '-' || number" for name in numbered
    }
    values = ", ".join(of_copy.get(field.attname, field.column) for field in fields)
    numbers = " UNION ALL ".join(f"SELECT '{number:03}' AS number" for number in range(1, times))
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {bulk.table(model)} ({bulk.listed(fields)}) "
                f"SELECT {values} FROM {bulk.table(model)} CROSS JOIN ({numbers}) AS numbers"
            )


@contextmanager
def without_indexes() -> Iterator[None]:
    """A row is written into a dozen indexes more slowly than each is made of all."""
    with connection.schema_editor() as editor:
        for index in Batch._meta.indexes:
            editor.remove_index(Batch, index)
    yield
    with connection.schema_editor() as editor:
        for index in Batch._meta.indexes:
            editor.add_index(Batch, index)
