"""How a program ends, or is made to."""

import os
import signal
import subprocess

PATIENCE = 60  # seconds


def end(process: subprocess.Popen[bytes] | None, how: signal.Signals = signal.SIGTERM) -> None:
    """One that leads a session; SIGKILL takes all of that, as a power cut would.

    Raises subprocess.TimeoutExpired where it goes on.
    """
    if process is None or process.poll() is not None:
        return
    if how == signal.SIGKILL:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    process.wait(PATIENCE)
