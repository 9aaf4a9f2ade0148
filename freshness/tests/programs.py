"""Programs that some tests run for real, and that not every machine has."""

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest


def need(program: str, asked_for_by: str) -> str:
    """Where it is. Skips the test where it is not, or fails it if the environment asks for it."""
    beside_this_python = Path(sys.executable).parent
    path = shutil.which(program, path=f"{beside_this_python}:{os.environ['PATH']}:/usr/sbin")
    if path:
        return path
    if os.environ.get(asked_for_by):
        pytest.fail(f"There is no {program} here, and {asked_for_by} asks for it.")
    pytest.skip(f"needs {program}, and it is not here")


def hear_signals() -> None:
    """Let a new program end by Ctrl-C, also where a shell started the tests in the background."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
