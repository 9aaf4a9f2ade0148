"""How each kind of database is talked to: nothing saved is lost, and nobody waits for ever."""

from pathlib import Path
from typing import Any

SQLITE = "django.db.backends.sqlite3"

# Seconds.
FOR_A_LOCK = 20
FOR_A_STATEMENT = 30
FOR_AN_ANSWER = 35  # to a statement, which the server should have ended: it is frozen
IN_A_TRANSACTION = 60  # that asks nothing
TO_CONNECT = 3
FOR_A_CONNECTION = 5  # of the pool, while others have all of them
TO_THE_REPLICA = 0.5  # then the primary is asked
UNANSWERED = 10  # by a machine that is gone

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": FOR_A_LOCK,
    # What was answered "saved" survives a kill and a power cut.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
POSTGRESQL_OPTIONS = {
    "connect_timeout": TO_CONNECT,
    "keepalives_idle": UNANSWERED,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": UNANSWERED * 1000,
}


def on_sqlite(config: dict[str, Any], test_file: Path) -> dict[str, Any]:
    """`test_file`: where the tests keep theirs, as a shop has a file and no memory."""
    # To open one costs more than a report.
    more = {"CONN_MAX_AGE": 60, "OPTIONS": SQLITE_OPTIONS, "TEST": {"NAME": test_file}}
    return config | more


def on_postgresql(
    config: dict[str, Any], most: int, is_serving: bool, is_replica: bool
) -> dict[str, Any]:
    """With a pool of up to `most` connections for each process, behind PgBouncer or not.

    What a URL sets itself, such as sslmode, stays as it is.
    """
    from ..postgresql.patience import PatientConnection  # which a shop on SQLite does not need

    pool = {
        "connection_class": PatientConnection,
        "min_size": 1,
        "max_size": most,
        "timeout": TO_THE_REPLICA if is_replica else FOR_A_CONNECTION,
        # Whoever asks next tries anew: the pauses it makes by itself double, and outlast an outage.
        "reconnect_timeout": 0,
    }
    options = {
        "pool": pool,
        "options": " ".join(f"-c {name}={value}s" for name, value in limits(is_serving).items()),
    }
    return config | {
        "ENGINE": "freshness.postgresql",
        "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer's transaction mode has none that last
        "OPTIONS": POSTGRESQL_OPTIONS | options | config.get("OPTIONS", {}),
    }


def limits(is_serving: bool) -> dict[str, int]:
    """What the server ends by itself, so that nothing stuck holds a worker, or a lock, for ever.

    A command may take its time: `migrate` builds an index of a million batches.
    """
    always = {
        "lock_timeout": FOR_A_LOCK,
        "idle_in_transaction_session_timeout": IN_A_TRANSACTION,
    }
    return always | ({"statement_timeout": FOR_A_STATEMENT} if is_serving else {})
