"""Recalls of before there were records begin one each."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Sum

COPIED = [
    *("batch_identifier", "butcher_date", "arrival_date", "use_by"),
    *("supplier", "supplier_lot", "removed_on"),
]


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever recalled a batch stands in its history; labels are those that are out now."""
    models = {name: apps.get_model("batches", name) for name in ("Batch", "HistoricalBatch")}
    recalls = apps.get_model("batches", "Recall").objects
    recalled_batches = apps.get_model("batches", "RecalledBatch").objects
    printed = apps.get_model("batches", "PrintedLabels").objects
    recalled = models["Batch"].objects.exclude(recalled_at=None).select_related("product")
    for batch in recalled.iterator(500):
        versions = models["HistoricalBatch"].objects.filter(
            id=batch.pk, recalled_at=batch.recalled_at
        )
        first = versions.order_by("history_date", "history_id").first()
        recall, _made = recalls.get_or_create(
            recalled_at=batch.recalled_at,
            reason=batch.recall_reason,
            recalled_by_id=first and first.history_user_id,
        )
        out = printed.filter(batch=batch, gone_at=None).aggregate(labels=Sum("copies"))
        recalled_batches.create(
            recall=recall,
            code=batch.pk,
            product=batch.product.name,
            labels=out["labels"] or 0,
            **{name: getattr(batch, name) for name in COPIED},
        )


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("batches", "RecalledBatch").objects.all().delete()
    apps.get_model("batches", "Recall").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("batches", "0009_recall")]

    operations = [migrations.RunPython(begin, forget)]
