"""Refusals that pass by themselves: raised anywhere, answered by RetryLaterMiddleware."""


class RetryLaterError(Exception):
    """Refused for now: try again in `seconds`."""

    status: int

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Try again in {seconds} s.")
        self.seconds = seconds


class TooBusyError(RetryLaterError):
    """There is more to compute than this machine can."""

    status = 503


class TooOftenError(RetryLaterError):
    """One client tries more often than a person would."""

    status = 429
