import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import freshness.config.validators
from batches.models.case_folding import FoldedField, looked_for

AT_ONCE = 10_000
TABLE = "batches_recalledbatch"


def fold(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill in the folded names of the batches that were recalled before, in pieces."""
    connection = schema_editor.connection
    recalled = apps.get_model("batches", "RecalledBatch").objects.using(connection.alias)
    sql = f"UPDATE {TABLE} SET supplier_folded = %s, supplier_lot_folded = %s WHERE id = %s"  # noqa: S608
    last = 0
    names = ["supplier", "supplier_lot", "pk"]
    while some := recalled.filter(pk__gt=last).order_by("pk").values_list(*names)[:AT_ONCE]:
        rows = [[looked_for(supplier), looked_for(lot), key] for supplier, lot, key in some]
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
        last = rows[-1][-1]


def forget_rows_of_recalled_lots(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was imported before was not saved as recalled, and must not be said to be."""
    imports = apps.get_model("batches", "Import").objects.using(schema_editor.connection.alias)
    imports.filter(state="done").update(of_recalled_lots=0)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("batches", "0020_scans"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="shelf_reason",
            field=models.CharField(
                blank=True,
                default="",
                db_default="",
                max_length=200,
                validators=[freshness.config.validators.validate_visible],
            ),
        ),
        migrations.AddField(
            model_name="recalledbatch",
            name="joined_at",
            field=models.DateTimeField(null=True, verbose_name="joined at"),
        ),
        migrations.AddField(
            model_name="recalledbatch",
            name="joined_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recalledbatch",
            name="supplier_folded",
            field=FoldedField(default="", db_default="", editable=False),
        ),
        migrations.AddField(
            model_name="recalledbatch",
            name="supplier_lot_folded",
            field=FoldedField(default="", db_default="", editable=False),
        ),
        migrations.AddIndex(
            model_name="recalledbatch",
            index=models.Index(
                condition=models.Q(("released_at", None)),
                fields=["supplier_lot_folded", "supplier_folded"],
                name="recalled_by_lot",
            ),
        ),
        # The rows last: PostgreSQL changes no table of which it has rows still to check.
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.RunPython(forget_rows_of_recalled_lots, migrations.RunPython.noop),
    ]
