"""A restore, while the shop goes on: of backups that are damaged, and of one that is whole."""

import signal
import time
from hashlib import sha256
from pathlib import Path

from freshness.backups.files import UNFINISHED, backups_in, checksum_file, names_in

from .servers import wait_until
from .site import RefusedError, Site, batches_at
from .visitors import Visitors


def restore(site: Site, visitors: Visitors) -> None:
    """Raises AssertionError where a damaged backup is taken, or a whole one is not all there."""
    saved = {*visitors.saved.items()}
    backup = back_up(site)
    kill_a_backup(site, backup.parent)
    assert backups_in(names_in(backup.parent)) == [backup.name]
    for damaged in damaged_copies(backup, site.folder / "damaged"):
        must_be_refused(site, damaged)
    spare = site.spare()
    site.manage("restore", f"{backup}", DATABASE_URL=spare, DATABASE_REPLICA_URL="")
    assert saved <= batches_at(spare)


def back_up(site: Site) -> Path:
    """As the shop does each day."""
    folder = Path(site.settings["BACKUP_DIR"])
    site.start_timer(site.backup)
    wait_until(lambda: backups_in(names_in(folder)) != [])
    site.backup.end()
    [name] = backups_in(names_in(folder))
    return folder / name


def kill_a_backup(site: Site, folder: Path) -> None:
    """In the midst of its writing."""
    backup = site.command("backup")
    while backup.poll() is None and not [*folder.glob(f"{UNFINISHED}*")]:
        time.sleep(0.001)
    backup.send_signal(signal.SIGKILL)
    backup.communicate()


def damaged_copies(backup: Path, folder: Path) -> list[Path]:
    """Half of it; the same with a checksum of its own; and all of it, but for one bit."""
    whole, middle = backup.read_bytes(), backup.stat().st_size // 2
    half, flipped = whole[:middle], bytes([whole[middle] ^ 1])
    return [
        copy_of(backup, folder / "half", half, whole),
        copy_of(backup, folder / "half that calls itself whole", half, half),
        copy_of(backup, folder / "one bit", half + flipped + whole[middle + 1 :], whole),
    ]


def copy_of(backup: Path, folder: Path, holds: bytes, is_said_to_hold: bytes) -> Path:
    folder.mkdir(parents=True)
    copy = folder / backup.name
    copy.write_bytes(holds)
    checksum_file(copy).write_text(f"{sha256(is_said_to_hold).hexdigest()}  {copy.name}\n")
    return copy


def must_be_refused(site: Site, backup: Path) -> None:
    """Though told to overwrite what is there, which visitors go on with."""
    try:
        site.manage("restore", f"{backup}", "--overwrite")
    except RefusedError:
        return
    raise AssertionError(f"{backup.parent.name} was restored.")
