import datetime

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import batches.models.batch_constraints
import batches.rules.batch_code


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0002_first_products"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=batches.rules.batch_code.new_code,
                        editable=False,
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code",
                    ),
                ),
                (
                    "batch_identifier",
                    models.CharField(
                        help_text="Your own number for it: up to 20 letters, digits, dots, hyphens, underscores.",
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._-]+\\Z",
                                "Use only A to Z, digits and . _ - without spaces.",
                            )
                        ],
                        verbose_name="batch identifier",
                    ),
                ),
                (
                    "butcher_date",
                    models.DateField(
                        validators=[batches.models.batch_constraints.validate_year],
                        verbose_name="butcher date",
                    ),
                ),
                (
                    "arrival_date",
                    models.DateField(
                        validators=[batches.models.batch_constraints.validate_year],
                        verbose_name="arrival date",
                    ),
                ),
                (
                    "use_by",
                    models.DateField(
                        blank=True,
                        help_text="From the supplier's label, if it has one.",
                        null=True,
                        validators=[batches.models.batch_constraints.validate_year],
                        verbose_name="use-by date",
                    ),
                ),
                ("supplier", models.CharField(blank=True, max_length=120, verbose_name="supplier")),
                (
                    "supplier_lot",
                    models.CharField(blank=True, max_length=60, verbose_name="supplier's lot"),
                ),
                ("fresh_days", models.PositiveSmallIntegerField(editable=False)),
                ("caution_days", models.PositiveSmallIntegerField(editable=False)),
                ("caution_from", models.DateField(editable=False)),
                ("expired_from", models.DateField(editable=False)),
                (
                    "removed_on",
                    models.DateField(
                        blank=True,
                        null=True,
                        validators=[batches.models.batch_constraints.validate_year],
                        verbose_name="taken off the shelf on",
                    ),
                ),
                (
                    "removal_reason",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="why it was taken off"
                    ),
                ),
                (
                    "recalled_at",
                    models.DateTimeField(
                        blank=True,
                        null=True,
                        validators=[batches.models.batch_constraints.validate_year],
                        verbose_name="recalled at",
                    ),
                ),
                (
                    "recall_reason",
                    models.CharField(
                        blank=True,
                        help_text="Customers read this.",
                        max_length=200,
                        verbose_name="reason for the recall",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("saved_on", models.DateField(editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="batches.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch",
                "verbose_name_plural": "batches",
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="batch_newest_first"),
                    models.Index(fields=["caution_from"], name="batch_caution_from"),
                    models.Index(fields=["expired_from"], name="batch_expired_from"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("batch_identifier"),
                        name="batch_identifier_is_its_own",
                        violation_error_code="identifier_taken",
                        violation_error_message="Another batch has this identifier already. Choose another.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("butcher_date__gte", datetime.date(2000, 1, 1))),
                        name="batch_year_is_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("arrival_date__gte", models.F("butcher_date"))),
                        name="batch_arrives_after_butchering",
                        violation_error_code="arrives_too_early",
                        violation_error_message="A batch cannot arrive before it was butchered.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("arrival_date__lte", models.F("saved_on"))),
                        name="batch_has_arrived",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("use_by", None),
                            models.Q(
                                ("use_by__gte", models.F("butcher_date")),
                                ("use_by__lte", datetime.date(2099, 12, 31)),
                            ),
                            _connector="OR",
                        ),
                        name="batch_use_by_after_butchering",
                        violation_error_code="use_by_too_early",
                        violation_error_message="The use-by date cannot lie before the butcher date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("caution_from__lte", models.F("expired_from"))),
                        name="batch_turns_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("removed_on", None),
                            ("removed_on__gte", models.F("arrival_date")),
                            _connector="OR",
                        ),
                        name="batch_removed_after_arrival",
                        violation_error_code="removed_too_early",
                        violation_error_message="A batch cannot be taken off the shelf before it has arrived.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("removed_on", None),
                            ("removed_on__lte", models.F("saved_on")),
                            _connector="OR",
                        ),
                        name="batch_has_been_removed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("removed_on__isnull", False), ("removal_reason", ""), _connector="OR"
                        ),
                        name="batch_removal_has_a_day",
                        violation_error_code="removal_incomplete",
                        violation_error_message="Enter the day on which it was taken off the shelf.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("recall_reason", ""), ("recalled_at", None)),
                            models.Q(
                                ("recalled_at__isnull", False),
                                models.Q(("recall_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="batch_recall_has_a_reason",
                        violation_error_code="recall_incomplete",
                        violation_error_message="A recall needs both its time and its reason.",
                    ),
                ],
            },
        ),
    ]
