"""Each migration leaves a schema that the version before it goes on working with.

An upgrade without downtime runs old and new code side by side on one database. What old code needs
is taken away a version later, by a migration that is named in TAKEN_AWAY_LATER.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django_migration_linter import MigrationLinter

OURS = ["accounts", "batches"]
# The last ones before this was asked for. Shops that have not got so far stop for an upgrade.
LAST_UNASKED = {"accounts": "0008_digest_hour", "batches": "0019_indexes_of_many_batches"}
TAKEN_AWAY_LATER: list[str] = []
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    """SQLite makes a table anew for almost any change of it, and tells nothing by that."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL, whose statements are what is read")


def linter(**options: Any) -> MigrationLinter:
    unasked = [
        path.stem
        for app, last in LAST_UNASKED.items()
        for path in (ROOT / app / "migrations").glob("[0-9]*.py")
        if path.stem <= last
    ]
    return MigrationLinter(
        include_apps=OURS, ignore_name=[*unasked, *TAKEN_AWAY_LATER], no_cache=True, **options
    )


def test_old_code_lives_with_each(capsys: pytest.CaptureFixture[str]) -> None:
    checking = linter()
    checking.lint_all_migrations()
    assert checking.nb_erroneous == 0, capsys.readouterr().out


MODELS = "from django.db import migrations, models\n\n\n"
OPERATION = """class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_digest_hour")]
    operations = [{}]
"""


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        ('migrations.AddField("user", "note", models.TextField(null=True))', 0),
        ('migrations.AddField("user", "note", models.TextField(db_default=""))', 0),
        ('migrations.AddField("user", "note", models.TextField(default=""))', 1),
        ('migrations.RemoveField("user", "digest_hour")', 1),
        ('migrations.RenameField("user", "digest_hour", "hour")', 1),
        ('migrations.AlterField("user", "digest_hour", models.SmallIntegerField(default=7))', 1),
        ('migrations.AlterField("user", "full_name", models.TextField(unique=True))', 1),
        ('migrations.RenameModel("attempt", "try")', 1),
        ('migrations.DeleteModel("attempt")', 1),
    ],
)
def test_what_old_code_does_not_live_with_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, operation: str, breaks: int
) -> None:
    name = tmp_path.name
    shutil.copytree(ROOT / "accounts" / "migrations", tmp_path / name)
    (tmp_path / name / "0009_scratch.py").write_text(MODELS + OPERATION.format(operation))
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"accounts": name}
    checking = linter(include_name=["0009_scratch"], no_output=True)
    checking.lint_all_migrations()
    assert (checking.nb_erroneous, checking.nb_valid) == (breaks, 1 - breaks)
