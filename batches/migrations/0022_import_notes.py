from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0021_lots_of_recalled_batches"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="notes",
            field=models.TextField(db_default="[]", default="[]"),
        ),
    ]
