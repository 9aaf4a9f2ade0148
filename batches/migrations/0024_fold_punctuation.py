from functools import reduce
from operator import or_

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from batches.models.folded import SMART_PUNCTUATION, looked_for

AT_ONCE = 1_000
FIELDS = ["supplier", "supplier_lot"]


def fold(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the texts anew that hold hyphens or quotation marks of another kind."""
    has_any = reduce(
        or_,
        (Q(**{f"{name}__contains": chr(mark)}) for name in FIELDS for mark in SMART_PUNCTUATION),
    )
    for model in ("Batch", "RecalledBatch"):
        rows = apps.get_model("batches", model).objects.using(schema_editor.connection.alias)
        keys = list(rows.filter(has_any).order_by().values_list("pk", flat=True))
        for start in range(0, len(keys), AT_ONCE):
            some = list(rows.filter(pk__in=keys[start : start + AT_ONCE]))
            for row in some:
                for name in FIELDS:
                    setattr(row, f"{name}_folded", looked_for(getattr(row, name)))
            rows.bulk_update(some, [f"{name}_folded" for name in FIELDS], batch_size=100)


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0023_import_questions"),
    ]

    operations = [
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
