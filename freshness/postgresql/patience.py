"""A connection that does not wait for ever: a server may be there, and say nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")


class NoAnswerError(psycopg.OperationalError):
    pass


class PatientConnection(psycopg.Connection[Any]):
    """Ends itself where the server has not answered for `patience` seconds; None: it waits."""

    patience: float | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Raises NoAnswerError, or psycopg's own error where it asks for a `timeout` itself."""
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.errors._WaitTimeout:
            if timeout:
                raise
            self.pgconn.finish()
            raise NoAnswerError(f"no answer in {self.patience} seconds") from None

    @contextmanager
    def waiting(self, seconds: float) -> Iterator[None]:
        """For what takes no time where all is well."""
        usual, self.patience = self.patience, seconds
        try:
            yield
        finally:
            self.patience = usual
