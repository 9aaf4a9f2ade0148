"""How a program ends, or is made to."""

import os
import signal
import subprocess
from contextlib import suppress

PATIENCE = 60  # seconds


def end(process: subprocess.Popen[bytes] | None, how: signal.Signals = signal.SIGTERM) -> None:
    """One that leads a session, and what it leaves behind of that; with SIGKILL all at once.

    Raises subprocess.TimeoutExpired where it goes on.
    """
    if process is None or process.poll() is not None:
        return
    if how != signal.SIGKILL:
        process.send_signal(how)
        process.wait(PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
