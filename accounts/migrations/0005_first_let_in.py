from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_attempts")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="let_in_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="first let in"),
        ),
    ]
