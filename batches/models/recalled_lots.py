"""A batch of a supplier's lot that stands recalled is saved as recalled.

`Batch.save` asks this of each batch. What writes many rows at once asks it of all of them, by
`standing_recalls` and `is_reached`, and then calls `Recall.add` or `Recall.leave_on_shelf`.
"""

from django.db.models import Q

from .batch import Batch
from .case_folding import Lot
from .recall import Recall, RecalledBatch

LOT_FIELDS = ("supplier_folded", "supplier_lot_folded")


def recall_to_join(batch: Batch) -> Recall | None:
    """Return the recall that `batch` joins if it is saved as it is now, or None."""
    lot = batch.lot_key()
    if lot is None or batch.recalled_at:
        return None
    is_new = batch._state.adding
    stored = None if is_new else Batch.objects.filter(pk=batch.pk).first()
    return standing_recall(lot) if is_reached(stored, lot) else None


def is_reached(stored: Batch | None, lot: Lot) -> bool:
    """Return whether a recall of `lot` reaches a batch that is saved with it.

    `stored` is the batch as the database has it, None for a new one. A batch that was of the lot
    before stays as it is: it was left out of the recall, or an administrator released it.
    """
    return stored is None or (stored.recalled_at is None and stored.lot_key() != lot)


def recall_of_other_batches(batch: Batch) -> Recall | None:
    """Return the recall that stands for others of the lot of a batch that is not recalled."""
    lot = batch.lot_key()
    return standing_recall(lot) if lot and not batch.recalled_at else None


def standing_recall(lot: Lot) -> Recall | None:
    """Return the newest recall that stands for a batch of `lot`, or None.

    A batch is of the lot that the recall's record has, and of the one that it has now.
    """
    same_lot = dict(zip(LOT_FIELDS, lot, strict=True))
    standing = RecalledBatch.objects.standing()
    recorded = standing.filter(**same_lot)
    edited = standing.filter(code__in=Batch.objects.filter(**same_lot).values("pk"))
    return Recall.objects.filter(
        Q(pk__in=recorded.values("recall")) | Q(pk__in=edited.values("recall"))
    ).first()


def standing_recalls() -> dict[Lot, Recall]:
    """Return what `standing_recall` says of every lot that is recalled, in three queries."""
    oldest_first = RecalledBatch.objects.standing().order_by("recall__recalled_at", "recall_id")
    recalled = Batch.objects.exclude(recalled_at=None).order_by()
    lots_now = {code: lot for code, *lot in recalled.values_list("pk", *LOT_FIELDS)}
    newest: dict[Lot, int] = {}
    for code, recall, *recorded in oldest_first.values_list("code", "recall", *LOT_FIELDS):
        for supplier, supplier_lot in (recorded, lots_now.get(code, recorded)):
            if supplier and supplier_lot:
                newest[supplier, supplier_lot] = recall
    recalls = Recall.objects.in_bulk(set(newest.values()))
    return {lot: recalls[recall] for lot, recall in newest.items()}
