"""Saving a batch and recalling wait for each other, so that no batch of a recalled lot escapes.

On PostgreSQL two transactions at the same time do not see each other's rows: a recall would miss
the batch that is being saved, and the save would miss the recall. On SQLite a transaction is the
only writer from its beginning, so nothing is needed there.

Take the lock before any row is locked, or two transactions may wait for each other for ever.
"""

from django.db import connection

RECALLS = 23_040_001  # the number of this advisory lock; the shop has no other


def share_recall_lock() -> None:
    """Hold off recalls and releases until the transaction ends; other saves go on."""
    execute_on_postgresql("SELECT pg_advisory_xact_lock_shared(%s)")


def take_recall_lock() -> None:
    """Hold off saves of batches, recalls and releases until the transaction ends."""
    execute_on_postgresql("SELECT pg_advisory_xact_lock(%s)")


def execute_on_postgresql(sql: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, [RECALLS])
