from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def remember(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """When is not known any more; that they were let in is what counts."""
    staff = apps.get_model("accounts", "User").objects.filter(is_staff=True)
    staff.update(let_in_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_first_let_in")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
