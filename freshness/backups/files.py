"""What a backup is called, and which files are one."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

KINDS = {"sqlite": "sqlite3.gz", "postgresql": "postgresql.dump"}  # by the database's vendor
ENDINGS = "|".join(map(re.escape, KINDS.values()))
NAME = re.compile(rf"freshness-(\d{{8}}T\d{{6}}Z)\.({ENDINGS})(\.age)?")
MOMENT = "%Y%m%dT%H%M%SZ"
UNFINISHED = "unfinished-"  # what a draft's name begins with; so it is not taken for a backup


def name_of(moment: datetime, vendor: str, is_encrypted: bool) -> str:
    ending = f"{KINDS[vendor]}{'.age' if is_encrypted else ''}"
    return f"freshness-{moment.astimezone(UTC).strftime(MOMENT)}.{ending}"


def moment_of(name: str) -> datetime | None:
    """When the backup of this name was made; nothing for a file that is not ours."""
    match = NAME.fullmatch(name)
    try:
        return datetime.strptime(match[1], MOMENT).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def vendor_of(name: str) -> str | None:
    match = NAME.fullmatch(name)
    return next((kind for kind in KINDS if match and KINDS[kind] == match[2]), None)


def free_moment(now: datetime, names: Iterable[str]) -> datetime:
    """This second, or the next in which no backup was made."""
    moment, taken = now.astimezone(UTC).replace(microsecond=0), set(map(moment_of, names))
    while moment in taken:
        moment += timedelta(seconds=1)
    return moment


def checksum_file(backup: Path) -> Path:
    """As `sha256sum` writes and checks it. A backup without one is not whole."""
    return backup.with_name(f"{backup.name}.sha256")


def backups_in(names: Iterable[str]) -> list[str]:
    """The whole backups among the files of a folder."""
    present = set(names)
    return sorted(it for it in present if moment_of(it) and f"{it}.sha256" in present)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def last_backup(now: datetime | None = None) -> datetime | None:
    """When the newest backup here was made. One from the future tells nothing of its age."""
    name = newest_backup(now)
    return moment_of(name) if name else None


def newest_backup(now: datetime | None = None) -> str | None:
    now = now or datetime.now(UTC)
    moments = {name: moment_of(name) for name in backups_in(names_in(settings.BACKUP_DIR))}
    past = {moment: name for name, moment in moments.items() if moment and moment <= now}
    return past[max(past)] if past else None
