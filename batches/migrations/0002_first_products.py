from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

# Name, emoji, storage advice, which a new shop gets in its own language. 4 °C is the refrigerator of the US FDA's Food Code.
FIRST_PRODUCTS = [
    (gettext_noop("Chicken"), "🍗", gettext_noop("Keep at 4 °C or colder. Cook it through.")),
    (gettext_noop("Beef"), "🥩", gettext_noop("Keep at 4 °C or colder.")),
    (gettext_noop("Pork"), "🍖", gettext_noop("Keep at 4 °C or colder. Cook it through.")),
    (gettext_noop("Seafood"), "🦐", gettext_noop("Keep on ice, or at 2 °C or colder.")),
]


def add_products(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    product = apps.get_model("batches", "Product")
    with override(settings.LANGUAGE_CODE):
        for name, emoji, storage_advice in FIRST_PRODUCTS:
            product.objects.create(
                name=_(name),
                name_folded=_(name).casefold(),
                emoji=emoji,
                storage_advice=_(storage_advice),
            )


def remove_products(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with override(settings.LANGUAGE_CODE):
        names = [_(name) for name, _emoji, _advice in FIRST_PRODUCTS]
    apps.get_model("batches", "Product").objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [("batches", "0001_product")]

    operations = [migrations.RunPython(add_products, remove_products)]
