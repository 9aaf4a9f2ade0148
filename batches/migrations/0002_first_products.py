from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Name, emoji, storage advice. 4 °C is the refrigerator of the US FDA's Food Code.
FIRST_PRODUCTS = [
    ("Chicken", "🍗", "Keep at 4 °C or colder. Cook it through."),
    ("Beef", "🥩", "Keep at 4 °C or colder."),
    ("Pork", "🍖", "Keep at 4 °C or colder. Cook it through."),
    ("Seafood", "🦐", "Keep on ice, or at 2 °C or colder."),
]


def add_products(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    product = apps.get_model("batches", "Product")
    for name, emoji, storage_advice in FIRST_PRODUCTS:
        product.objects.create(
            name=name, name_folded=name.casefold(), emoji=emoji, storage_advice=storage_advice
        )


def remove_products(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    names = [name for name, *_ in FIRST_PRODUCTS]
    apps.get_model("batches", "Product").objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [("batches", "0001_product")]

    operations = [migrations.RunPython(add_products, remove_products)]
