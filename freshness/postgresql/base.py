"""Django's PostgreSQL, which gets over a restart of the server at once, and over its silence."""

from contextlib import suppress
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

from ..config.databases import FOR_AN_ANSWER, TO_CONNECT, TO_THE_REPLICA
from .patience import NoAnswerError


class DatabaseWrapper(base.DatabaseWrapper):
    """Where one connection of the pool is broken, all may be, and all are made anew.

    The pool's own check tries them one by one, with pauses that double.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises psycopg.OperationalError where the server cannot be reached, or says nothing."""
        if not self.pool:
            return super().get_new_connection(conn_params)
        try:
            return self.whole_connection(conn_params)
        except (PoolTimeout, NoAnswerError):
            raise
        except psycopg.OperationalError:
            return self.whole_connection(conn_params)

    def whole_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.patience = FOR_AN_ANSWER if settings.SERVING else None
        try:
            with connection.waiting(TO_THE_REPLICA if self.alias == "replica" else TO_CONNECT):
                ConnectionPool.check_connection(connection)
        except psycopg.Error:
            with suppress(psycopg.Error):
                self.pool.putconn(connection)
            self.pool.drain()
            raise
        return connection
