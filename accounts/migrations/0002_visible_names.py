from django.db import migrations, models

import freshness.config.validators


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_account")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="full_name",
            field=models.CharField(
                max_length=120,
                validators=[freshness.config.validators.validate_visible],
                verbose_name="full name",
            ),
        ),
    ]
