"""Runs a command of manage.py, so that what a person can cause is told in a sentence."""

import sys

from django.core.management import execute_from_command_line
from django.db import Error

INTERRUPTED = 130  # the exit status of a shell whose program was ended by Ctrl-C
NO_SUCH_TABLE = ("no such table", "no such column", "does not exist")


def run(arguments: list[str]) -> None:
    """Run the command; exit with status 1 and one line where the database fails.

    With --traceback, Django's own option, the error is raised.
    """
    try:
        execute_from_command_line(arguments)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Error as error:
        if "--traceback" in arguments:
            raise
        sys.exit(database_message(error))


def database_message(error: Error) -> str:
    reason = next(iter(str(error).splitlines()), type(error).__name__)  # no excerpt of SQL
    if any(words in reason for words in NO_SUCH_TABLE):
        return f"The database is not up to date ({reason}). Run: manage.py migrate"
    return (
        f"The database did not do it: {reason}. Nothing was changed. Try again when it is mended."
    )
