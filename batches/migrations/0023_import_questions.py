from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from batches.models.case_folding import LAST, folded, looked_for
from batches.models.product import twin_name

AT_ONCE = 10_000
FIELDS = ["batch_identifier", "supplier", "supplier_lot"]
COLUMNS = [f"{name}_folded" for name in FIELDS]


def fold_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    fold_products(apps, schema_editor)
    fold_batches(apps, schema_editor)


def check_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Files that wait for somebody's word were checked by rules that let more through."""
    database = schema_editor.connection.alias
    imports = apps.get_model("batches", "Import").objects.using(database)
    pieces = apps.get_model("batches", "ImportPiece").objects.using(database)
    pieces.update(found="")
    imports.filter(state="checked").update(state="checking", products="")


def fold_products(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Two products that are one name now, such as Kıyma and KIYMA, both stay.

    The one whose folded name is right already keeps it, else the older one does.
    """
    products = apps.get_model("batches", "Product").objects.using(schema_editor.connection.alias)
    rows = [
        (key, was, folded(name))
        for key, was, name in products.order_by("pk").values_list("pk", "name_folded", "name")
    ]
    taken = {now for _key, was, now in rows if was == now}
    names = {}
    for key, was, now in rows:
        if was != now:
            names[key] = twin_name(now, key) if now in taken else now
            taken.add(now)
    for key in names:  # so that none takes a name that another one has still to leave
        products.filter(pk=key).update(name_folded=f"{LAST}{key}")
    for key, name in names.items():
        products.filter(pk=key).update(name_folded=name)


def fold_batches(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Only what differs is written, in pieces: a million batches take some seconds."""
    batches = apps.get_model("batches", "Batch").objects.using(schema_editor.connection.alias)
    names = ", ".join(f"{name} = %s" for name in COLUMNS)
    last = ""
    while (
        chunk := batches.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", *FIELDS, *COLUMNS)[:AT_ONCE]
    ):
        rows = []
        for key, *texts in chunk:
            now = [looked_for(text) for text in texts[: len(FIELDS)]]
            if now != texts[len(FIELDS) :]:
                rows.append([*now, key])
            last = key
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(f"UPDATE batches_batch SET {names} WHERE id = %s", rows)  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0022_import_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="date_order",
            field=models.CharField(
                blank=True,
                choices=[
                    ("day-first", "Day first"),
                    ("month-first", "Month first"),
                    ("year-first", "Year first"),
                ],
                db_default="",
                default="",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="date_survey",
            field=models.TextField(db_default="{}", default="{}"),
        ),
        migrations.AddField(
            model_name="import",
            name="lookalikes",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="import",
            name="lookalikes_confirmed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="import",
            name="of_gone_batches",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="import",
            name="real_dates_confirmed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(fold_again, migrations.RunPython.noop),
        migrations.RunPython(check_again, migrations.RunPython.noop),
    ]
