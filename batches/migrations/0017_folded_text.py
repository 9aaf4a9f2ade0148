from django.db import migrations

from batches.models.case_folding import FoldedField


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0016_import_of_recalled_lots"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="batch_identifier_folded",
            field=FoldedField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="batch",
            name="supplier_folded",
            field=FoldedField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="batch",
            name="supplier_lot_folded",
            field=FoldedField(default="", editable=False),
        ),
    ]
