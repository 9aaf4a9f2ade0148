"""Django's PostgreSQL, whose pool gets over a restart of the server at once."""

from contextlib import suppress
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Where one connection of the pool is broken, all may be, and all are made anew.

    The pool's own check tries them one by one, with pauses that double.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not self.pool or is_whole(connection):
            return connection
        with suppress(psycopg.Error):
            self.pool.putconn(connection)
        self.pool.drain()
        return super().get_new_connection(conn_params)


def is_whole(connection: "psycopg.Connection[Any]") -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
