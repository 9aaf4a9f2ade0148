"""What a database holds, as a backup is compared by."""

from dataclasses import dataclass

from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader

from .errors import BackupError

ACCOUNTS, BATCHES, MIGRATIONS = "accounts_user", "batches_batch", "django_migrations"
Migration = tuple[str, str]


@dataclass(frozen=True)
class Contents:
    """The number of rows by table, and the migrations that made the tables."""

    counts: dict[str, int]
    migrations: frozenset[Migration]

    def batches(self) -> str:
        count = self.counts.get(BATCHES, 0)
        return f"{count} {'batch' if count == 1 else 'batches'}"

    def accounts(self) -> str:
        count = self.counts.get(ACCOUNTS, 0)
        return f"{count} {'account' if count == 1 else 'accounts'}"


def known_migrations() -> frozenset[Migration]:
    loaded = MigrationLoader(None).disk_migrations
    return frozenset((app, name) for app, name in loaded)


def require_ours(contents: Contents, name: str) -> None:
    if not {ACCOUNTS, BATCHES, MIGRATIONS} <= contents.counts.keys():
        raise BackupError(f"{name} holds no Freshness Tracker's data.")


def require_known(contents: Contents, name: str) -> None:
    """Refuse what is not of this program, or of a newer one."""
    require_ours(contents, name)
    unknown = sorted(contents.migrations - known_migrations())
    if unknown:
        raise BackupError(
            f"{name} comes from a newer Freshness Tracker: the migration {'.'.join(unknown[0])} "
            "is not known here. Update this program first."
        )


def holds_anything() -> bool:
    """Whether the shop's database has an account or a batch; what cannot be read may have some.

    Raises OperationalError where the database does not answer.
    """
    try:
        with connection.cursor() as cursor:
            tables = {ACCOUNTS, BATCHES} & set(connection.introspection.table_names(cursor))
            return any(has_rows(table) for table in tables)
    except OperationalError:
        raise
    except DatabaseError:
        return True


def has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - one of two names above
        return cursor.fetchone() is not None


def newest_batch() -> str | None:
    """As the shop calls it. Reads nothing that an older backup may not have."""
    with connection.cursor() as cursor:
        order = "created_at DESC, id DESC"
        cursor.execute(f"SELECT batch_identifier FROM {BATCHES} ORDER BY {order} LIMIT 1")  # noqa: S608
        row = cursor.fetchone()
    return row[0] if row else None


def differences(one: Contents, other: Contents) -> list[str]:
    """The tables of which the one has not what the other has."""
    tables = sorted(one.counts.keys() | other.counts.keys())
    return [it for it in tables if one.counts.get(it) != other.counts.get(it)]
