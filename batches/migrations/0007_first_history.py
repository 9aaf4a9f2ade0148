from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

AT_ONCE = 500
OF_HISTORY = {f"history_{name}" for name in ("id", "date", "change_reason", "type", "user")}


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keep what each product and batch is now: its first change must show what it was."""
    now = timezone.now()
    for name in ("Product", "Batch"):
        history = apps.get_model("batches", f"Historical{name}")
        fields = [it.attname for it in history._meta.fields if it.name not in OF_HISTORY]
        rows = []
        for row in apps.get_model("batches", name).objects.values(*fields).iterator(AT_ONCE):
            date, author = row.get("created_at", now), row.get("created_by_id")
            rows.append(history(**row, history_date=date, history_user_id=author, history_type="+"))
            if len(rows) == AT_ONCE:
                history.objects.bulk_create(rows)
                rows = []
        history.objects.bulk_create(rows)


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in ("HistoricalProduct", "HistoricalBatch"):
        apps.get_model("batches", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("batches", "0006_history")]

    operations = [migrations.RunPython(begin, forget)]
