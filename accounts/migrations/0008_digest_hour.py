from django.db import migrations, models

import accounts.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_language"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="digest_hour",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=accounts.models.hours,
                help_text="By the shop's clock.",
                null=True,
                verbose_name="daily e-mail at",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("digest_hour", None), ("digest_hour__lte", 23), _connector="OR"
                ),
                name="account_digest_hour_is_of_a_day",
            ),
        ),
    ]
