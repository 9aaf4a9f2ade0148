import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0018_fold_text"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="batch",
            name="batch_newest_first",
        ),
        migrations.RemoveIndex(
            model_name="batch",
            name="batch_caution_from",
        ),
        migrations.RemoveIndex(
            model_name="batch",
            name="batch_expired_from",
        ),
        migrations.RemoveIndex(
            model_name="batch",
            name="batch_on_shelf",
        ),
        migrations.AlterField(
            model_name="batch",
            name="product",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batches",
                to="batches.product",
                verbose_name="product",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                fields=["-arrival_date", "-created_at", "-id"], name="batch_newest_first"
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                fields=["product", "-arrival_date", "-created_at", "-id"], name="batch_of_product"
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("removed_on", None)),
                fields=["-arrival_date", "-created_at", "-id"],
                name="batch_on",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("removed_on__isnull", False)),
                fields=["-arrival_date", "-created_at", "-id"],
                name="batch_off",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("recalled_at__isnull", False)),
                fields=["-arrival_date", "-created_at", "-id"],
                name="batch_recalled",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("removed_on", None)),
                fields=["product", "-arrival_date", "-created_at", "-id"],
                name="batch_of_product_on",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("recalled_at__isnull", False)),
                fields=["product", "-arrival_date", "-created_at", "-id"],
                name="batch_of_product_recalled",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("recalled_at", None), ("removed_on", None)),
                fields=["expired_from", "arrival_date", "id", "caution_from", "product"],
                name="batch_on_shelf",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["expired_from", "arrival_date"], name="batch_expired_from"),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["batch_identifier_folded"], name="batch_by_identifier"),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["supplier_folded"], name="batch_by_supplier"),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                fields=["supplier_lot_folded", "supplier_folded"], name="batch_by_lot"
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["butcher_date"], name="batch_by_butcher_date"),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["use_by"], name="batch_by_use_by"),
        ),
    ]
