"""What all processes of one run of the tests share: made by the first that needs it."""

import os
from collections.abc import Callable
from pathlib import Path

FOLDER = "TESTS_SHARED_FOLDER"  # the environment variable with its path; conftest.py sets it


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the path of a file or folder, which `make` has written in this process or another."""
    import fcntl  # which Windows has not

    path = Path(os.environ[FOLDER]) / name
    with path.with_name(f"{name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not path.exists():
            draft = path.with_name(f"draft-{name}")
            make(draft)
            draft.rename(path)
    return path
