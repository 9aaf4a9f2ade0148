"""Copies of a backup on another disk, or wherever rclone reaches."""

import os
import re
import subprocess
from pathlib import Path

from .create import clear, forget
from .errors import BackupError, reason
from .files import UNFINISHED, backups_in, checksum_file, names_in
from .lock import only_one
from .retention import outdated
from .streams import require_whole, see_to_disk, write_file


def copy_elsewhere(backup: Path, place: str) -> None:
    """Where both the backup and its checksum are, it is whole there; older ones are forgotten."""
    try:
        with only_one(backup.parent):
            if Path(place).is_absolute():
                copy_to_folder(backup, Path(place))
            else:
                copy_by_rclone(backup, place)
    except OSError as error:
        raise BackupError(f"{backup.name} was not copied to {place}: {reason(error)}.") from error


def copy_to_folder(backup: Path, folder: Path) -> None:
    # It is not made here: where the other disk is not mounted, this one would be filled instead.
    if not folder.is_dir():
        raise BackupError(f"{backup.name} was not copied: there is no folder {folder}.")
    clear(folder)
    if backup.name not in backups_in(names_in(folder)):
        copy_files(backup, folder)
    require_whole(folder / backup.name)
    forget(folder)


def copy_files(backup: Path, folder: Path) -> None:
    try:
        for file in (checksum_file(backup), backup):
            draft = folder / f"{UNFINISHED}{file.name}"
            with file.open("rb") as source:
                write_file(draft, source, [])
            os.rename(draft, folder / file.name)
    except BaseException:
        clear(folder)
        raise
    see_to_disk(folder)


def copy_by_rclone(backup: Path, remote: str) -> None:
    for file in (checksum_file(backup), backup):
        rclone("copyto", str(file), inside(remote, file.name))
    rclone("check", str(backup.parent), remote, "--one-way", f"--include=/{backup.name}*")
    for name in outdated(rclone("lsf", "--files-only", remote).splitlines()):
        rclone("deletefile", inside(remote, name))
        rclone("deletefile", inside(remote, f"{name}.sha256"))


def inside(remote: str, name: str) -> str:
    return f"{remote}{name}" if remote.endswith((":", "/")) else f"{remote}/{name}"


def rclone(*command: str) -> str:
    try:
        done = subprocess.run(["rclone", *command], capture_output=True, check=True)  # noqa: S603, S607
    except FileNotFoundError:
        raise BackupError("BACKUP_COPY_TO names a place of rclone, which is not here.") from None
    except subprocess.CalledProcessError as error:
        reason = last_error(error.stderr.decode(errors="replace"))
        reason = reason or f"it ended with status {error.returncode}"
        raise BackupError(f"rclone {command[0]} did not do it: {reason}.") from None
    return done.stdout.decode(errors="replace")


# What begins a line of rclone's log.
LOG_PREFIX = re.compile(
    r"^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?((DEBUG|INFO|NOTICE|ERROR|CRITICAL) *: )?"
)
ERROR = re.compile(r"\b(ERROR|CRITICAL)\b|\b(failed|error|denied|couldn't|didn't|fatal)\b", re.I)
# A password in an address, what is called like a secret, a login's header, and a query.
SECRETS = {
    r"//[^/@\s\"]+@": "//…@",
    r"(\w*(?:pass|secret)\w*[\"']?\s*[=:]\s*)[^\s,;&]+": r"\1…",
    r"(\w*(?:token|key|credential|signature)\w*(?:\s*=\s*|[\"']\s*:\s*))[^\s,;&]+": r"\1…",
    r"(authorization\W+(?:bearer|basic)\s+)\S+": r"\1…",
    r"\?[^\s\"]*=[^\s\"]*": "?…",
}
LONGEST = 300  # characters of a reason


def last_error(log: str) -> str:
    """The last line of rclone's log that tells an error, else its last; without secrets."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if ERROR.search(line) and "NOTICE:" not in line] or lines
    reason = LOG_PREFIX.sub("", errors[-1]) if errors else ""
    for secret, instead in SECRETS.items():
        reason = re.sub(secret, instead, reason, flags=re.I)
    return reason[:LONGEST].rstrip(".")
