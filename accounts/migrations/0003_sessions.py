from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_visible_names")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_salt",
            field=models.CharField(blank=True, editable=False, max_length=22),
        ),
    ]
