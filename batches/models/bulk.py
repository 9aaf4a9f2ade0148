# ruff: noqa: S608 (nothing but names of our own tables and columns is put into the SQL)
"""Thousands of rows written in seconds, in SQL that every database knows.

Django's bulk_create makes each value ready anew and sends some dozens in a query: with all else
that writes to SQLite waiting, 50,000 batches and their histories took it five times as long.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, QuerySet
from django.utils import timezone

AT_ONCE = 500  # rows in one statement
Fields = Sequence["Field[Any, Any]"]
Rows = list[list[Any]]


def insert(model: Any, fields: Fields, rows: Rows) -> None:
    """Each row has a value for each of the fields, as `prepared` gives it or JSON would."""
    sql = f"INSERT INTO {table(model)} ({listed(fields)}) VALUES ({marks(fields)})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def update(model: Any, fields: Fields, rows: Rows) -> None:
    """Each row has a value for each of the fields, and then the key of what is changed."""
    changes = ", ".join(f"{listed([field])} = %s" for field in fields)
    sql = f"UPDATE {table(model)} SET {changes} WHERE {listed([model._meta.pk])} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def remember(model: Any, keys: list[Any], kind: str, author: Any, why: str) -> None:
    """Enter these rows as they now are into the history: `kind` is "+" for new, "~" for changed."""
    history = model.history.model
    entry = {"date": timezone.now(), "user": author.pk, "change_reason": why, "type": kind}
    about = [history._meta.get_field(f"history_{name}") for name in entry]
    values = [prepared(*pair) for pair in zip(about, entry.values(), strict=True)]
    tracked = listed(history.tracked_fields)
    copy = (
        f"INSERT INTO {table(history)} ({tracked}, {listed(about)}) "
        f"SELECT {tracked}, {marks(about)} FROM {table(model)} WHERE {listed([model._meta.pk])} IN "
    )
    with connection.cursor() as cursor:
        for some in pieces(keys):
            cursor.execute(f"{copy} ({marks(some)})", [*values, *some])


def all_of(chosen: QuerySet[Any], at_once: int = AT_ONCE) -> Iterator[Any]:
    """Each row, in the list's order, however many there are: their keys first, then some at a time.

    So a long download neither keeps all rows in memory nor needs a cursor of the database's, which
    behind PgBouncer in transaction mode would not last.
    """
    for some in pieces(list(chosen.values_list("pk", flat=True)), at_once):
        yield from chosen.filter(pk__in=some)


def pieces(items: list[Any], at_once: int = AT_ONCE) -> Iterator[list[Any]]:
    """By default no more in each than any database takes in one statement."""
    return (items[start : start + at_once] for start in range(0, len(items), at_once))


def prepared(field: "Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def table(model: Any) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def listed(fields: Fields) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


def marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
