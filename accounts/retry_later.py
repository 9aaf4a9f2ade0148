"""Refusals that pass by themselves: raised anywhere, answered by `middleware.AnswerNotNow`."""


class NotNowError(Exception):
    """Refused for now: try again in `seconds`."""

    status: int

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Try again in {seconds} s.")
        self.seconds = seconds


class TooBusyError(NotNowError):
    """There is more to compute than this machine can."""

    status = 503


class TooOftenError(NotNowError):
    """One client tries more often than a person would."""

    status = 429
