from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0015_who_took_labels_away"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="of_recalled_lots",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
