"""Copies of a backup on another disk, or wherever rclone reaches."""

import os
import subprocess
from pathlib import Path

from . import archive
from .errors import BackupError, reason
from .keeping import outdated
from .locking import only_one
from .naming import UNFINISHED, backups_in, checksum_file, names_in
from .streams import require_whole, see_to_disk, write_file
from .taking import clear, forget


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
        raise BackupError(
            f"rclone {command[0]} did not do it: {archive.complaint(error.stderr)}."
        ) from None
    return done.stdout.decode()
