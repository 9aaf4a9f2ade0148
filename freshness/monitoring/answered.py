from typing import NamedTuple


class Answered(NamedTuple):
    """How a request was answered; none of it says who asked but `user`, an account's number.

    `view` is a name of `urlpatterns`, "static" or empty; `was_kept` tells that Django was not
    asked.
    """

    method: str
    view: str
    status: int
    seconds: float
    user: int | None
    was_kept: bool
