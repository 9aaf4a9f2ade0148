from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0012_digest"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="recalledbatch",
            options={"ordering": ["product", "batch_identifier", "pk"]},
        ),
    ]
