"""Password hashing that leaves the machine room for customers."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth import hashers

from ..retry_later import TooBusyError

# One core hashes while the others serve; few wait for it, and not for long, since each who waits
# holds one of the server's threads, which somebody else may need.
AT_ONCE = 1
WAITING = 2
PATIENCE = 4  # seconds; a hash takes a fraction of one

places = BoundedSemaphore(AT_ONCE + WAITING)
turns = BoundedSemaphore(AT_ONCE)


class PBKDF2PasswordHasher(hashers.PBKDF2PasswordHasher):
    """Django's, but a flood of logins waits in a short queue of its own.

    Counted in each process. Raises TooBusyError where the queue is full, or does not move.
    """

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with turn():
            return super().encode(password, salt, iterations)


def require_room() -> None:
    """Raises TooBusyError where a hash would be refused; to ask first costs next to nothing."""
    if not places.acquire(blocking=False):
        raise TooBusyError(seconds=PATIENCE)
    places.release()


@contextmanager
def turn() -> Iterator[None]:
    if not places.acquire(blocking=False):
        raise TooBusyError(seconds=PATIENCE)
    try:
        if not turns.acquire(timeout=PATIENCE):
            raise TooBusyError(seconds=PATIENCE)
        try:
            yield
        finally:
            turns.release()
    finally:
        places.release()
