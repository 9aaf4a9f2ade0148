import re


class BackupError(Exception):
    """Why a backup, a restore or a move did not come about, in a plain sentence or two."""


def reason(error: Exception) -> str:
    """What the system says of itself, without its number or the name of an exception."""
    said = getattr(error, "strerror", None) or str(error)
    return " ".join(re.sub(r"^(\w+: )?\[Errno \d+\] ", "", said).split()).rstrip(".")
