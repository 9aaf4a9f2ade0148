import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0019_indexes_of_many_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShopScans",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("hour", models.PositiveSmallIntegerField()),
                (
                    "shown",
                    models.CharField(
                        choices=[
                            ("fresh", "Fresh"),
                            ("caution", "Caution"),
                            ("expired", "Expired"),
                            ("recalled", "Recalled"),
                            ("off-sale", "Off the shelf"),
                        ],
                        max_length=9,
                    ),
                ),
                ("count", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "hour", "shown"), name="scans_of_hour")
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchScans",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scans",
                        to="batches.batch",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day", "batch", "count"], name="scans_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "day"), name="scans_of_batch")
                ],
            },
        ),
    ]
