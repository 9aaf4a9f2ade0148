from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0013_recalled_batches_in_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="sheet",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
