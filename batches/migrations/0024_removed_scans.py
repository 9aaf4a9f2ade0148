from django.db import migrations, models
from django.db.models import F


def rename(apps, from_word, to_word):
    """Add the counts under one word to those under another, hour by hour."""
    scans = apps.get_model("batches", "ShopScans").objects
    for row in scans.filter(shown=from_word):
        same_hour = scans.filter(day=row.day, hour=row.hour, shown=to_word)
        if same_hour.update(count=F("count") + row.count):
            row.delete()
        else:
            row.shown = to_word
            row.save(update_fields=["shown"])


def off_sale_to_removed(apps, schema_editor):
    rename(apps, "off-sale", "removed")


def removed_to_off_sale(apps, schema_editor):
    rename(apps, "removed", "off-sale")


class Migration(migrations.Migration):
    dependencies = [("batches", "0023_import_questions")]

    operations = [
        migrations.AlterField(
            "shopscans",
            "shown",
            models.CharField(
                choices=[
                    ("fresh", "Fresh"),
                    ("caution", "Caution"),
                    ("expired", "Expired"),
                    ("recalled", "Recalled"),
                    ("removed", "Off the shelf"),
                ],
                max_length=9,
            ),
        ),
        migrations.RunPython(off_sale_to_removed, removed_to_off_sale),
    ]
