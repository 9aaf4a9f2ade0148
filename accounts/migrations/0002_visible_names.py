from django.db import migrations, models

import accounts.text


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_account")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="full_name",
            field=models.CharField(
                max_length=120,
                validators=[accounts.text.validate_visible],
                verbose_name="full name",
            ),
        ),
    ]
