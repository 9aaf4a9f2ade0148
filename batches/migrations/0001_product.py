import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_folded", models.TextField(editable=False, unique=True)),
                ("emoji", models.CharField(blank=True, max_length=16, verbose_name="emoji")),
                (
                    "fresh_days",
                    models.PositiveSmallIntegerField(
                        default=2,
                        help_text="Days on the shelf; the day of arrival is 0.",
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="fresh through day",
                    ),
                ),
                (
                    "caution_days",
                    models.PositiveSmallIntegerField(
                        default=4,
                        help_text="From the day after, the batch is expired.",
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="caution through day",
                    ),
                ),
                (
                    "storage_advice",
                    models.CharField(blank=True, max_length=200, verbose_name="storage advice"),
                ),
                (
                    "active",
                    models.BooleanField(
                        default=True,
                        help_text="Untick this to offer it no longer for new batches.",
                        verbose_name="active",
                    ),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "ordering": ["name_folded"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("caution_days__gte", models.F("fresh_days"))),
                        name="product_caution_comes_after_fresh",
                        violation_error_message="The days of caution cannot end before the fresh days do.",
                    )
                ],
            },
        ),
    ]
