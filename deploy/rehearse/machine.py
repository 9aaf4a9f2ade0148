"""What a rehearsal does to a machine without doing it to this one: its clock, its disks."""

import errno
import os
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path

MB = 1024**2  # bytes
# Where it is between midnight and one, or soon after: a clock set back an hour shows another day.
HOUR = datetime.now(UTC).hour
AFTER_MIDNIGHT = f"Etc/GMT{HOUR if HOUR <= 12 else HOUR - 24:+d}"


class Clock:
    """The clock of the programs that run in its environment: this machine's, until it is set."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.file, self.library = folder / "seconds", folder / "clock.so"
        self.set(0)
        source = Path(__file__).with_name("clock.c")
        command = ["gcc", "-shared", "-fPIC", "-O", "-o", f"{self.library}", f"{source}"]
        subprocess.run(command, check=True)

    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": f"{self.library}", "SET_CLOCK": f"{self.file}"}

    def set(self, seconds: int) -> None:
        """That much from the true time, at once, for all of them."""
        with open(os.open(self.file, os.O_WRONLY | os.O_CREAT), "wb") as file:
            file.write(struct.pack("=q", seconds))


class Disk:
    """A small one, in memory, that can be full. Only root may put one in."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        folder.mkdir()
        self.folder = folder
        options = f"size={megabytes}m,mode=755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", f"{folder}"], check=True)

    def fill(self) -> None:
        with (self.folder / "much").open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(MB))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        (self.folder / "much").unlink()

    def take_out(self) -> None:
        subprocess.run(["umount", "--lazy", f"{self.folder}"], check=True)
