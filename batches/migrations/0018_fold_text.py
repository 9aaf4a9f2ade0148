from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from batches.models.case_folding import looked_for

AT_ONCE = 10_000
FIELDS = ["batch_identifier", "supplier", "supplier_lot"]


def fold(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """In pieces, and each by one statement that is made ready once: a million take a minute."""
    batches = apps.get_model("batches", "Batch").objects.using(schema_editor.connection.alias)
    names = ", ".join(f"{name}_folded = %s" for name in FIELDS)
    last = ""
    while some := batches.filter(pk__gt=last).order_by("pk").values_list(*FIELDS, "pk")[:AT_ONCE]:
        rows = [[*map(looked_for, texts), key] for *texts, key in some]
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(f"UPDATE batches_batch SET {names} WHERE id = %s", rows)  # noqa: S608
        last = rows[-1][-1]


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0017_folded_text"),
    ]

    operations = [
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
