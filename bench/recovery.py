"""What is lost, and for how long the shop is down, when its machine is: of each continuous copy.

`python -m bench.recovery` saves batches as fast as two savers can, kills all of it with -9 in the
middle of that, deletes the database, and restores it from its copy. It needs litestream on the
PATH or beside this Python, pgbackrest, and PostgreSQL's own programs; its cluster is its own.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .cluster import ArchivedShop
from .replicated import ReplicatedShop
from .serving import ROOT
from .telling import table

Shop = ReplicatedShop | ArchivedShop
SAVERS = ("anna", "berk")
ROUNDS: dict[type[Shop], tuple[int, float]] = {
    ReplicatedShop: (5, 20.0),
    ArchivedShop: (3, 90.0),
}  # how often, and seconds of load


@dataclass(frozen=True)
class Outcome:
    saved: int  # answered as saved, before all was killed
    lost: int
    seconds: float  # before that moment, within which all was saved that is lost
    down: float  # seconds until the database was back


def main() -> None:
    rows = []
    for kind, (rounds, seconds) in ROUNDS.items():
        outcomes = [one_round(kind, seconds) for _ in range(rounds)]
        rows.append((kind.name, f"{rounds}", *described(outcomes)))
    head = ("copy", "rounds", "saved", "lost", "of the last", "back after")
    print(table(head, rows))


def described(outcomes: list[Outcome]) -> tuple[str, str, str, str]:
    """Of all rounds the sums, and the median and the worst of the times."""
    lost, down = [it.seconds for it in outcomes], [it.down for it in outcomes]
    return (
        f"{sum(it.saved for it in outcomes):,}",
        f"{sum(it.lost for it in outcomes):,}",
        f"{median(lost):.1f} s, at worst {max(lost):.1f} s",
        f"{median(down):.1f} s, at worst {max(down):.1f} s",
    )


def one_round(kind: type[Shop], seconds: float) -> Outcome:
    with (
        tempfile.TemporaryDirectory(prefix="recovery-") as folder,
        kind(Path(folder)).open() as shop,
    ):
        with saving(shop.environment) as saved:
            time.sleep(seconds)
            ended = time.monotonic()
            shop.kill()
        shop.destroy()
        begun = time.monotonic()
        shop.recover()
        down = time.monotonic() - begun
        held = shop.batches()
    return outcome(saved, held, ended, down)


def outcome(saved: list[tuple[float, str]], held: set[str], ended: float, down: float) -> Outcome:
    """Raises where of one saver something is lost, and what came later is not."""
    lost = [(moment, name) for moment, name in saved if name not in held]
    for saver in SAVERS:
        numbers = sorted(int(it.rpartition("-")[2]) for it in held if it.startswith(saver))
        if numbers != list(range(1, len(numbers) + 1)):
            raise RuntimeError(f"There are gaps in what {saver} saved.")
    first = min((moment for moment, _ in lost), default=ended)
    return Outcome(len(saved), len(lost), max(0.0, ended - first), down)


@contextmanager
def saving(environment: dict[str, str]) -> Iterator[list[tuple[float, str]]]:
    """When each batch was answered as saved; the savers are killed at the end."""
    saved: list[tuple[float, str]] = []
    command = [sys.executable, "-m", "bench.saving"]
    savers = [
        subprocess.Popen(
            [*command, name],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for name in SAVERS
    ]

    def note(saver: "subprocess.Popen[str]") -> None:
        for line in saver.stdout or ():
            saved.append((time.monotonic(), line.strip()))

    readers = [threading.Thread(target=note, args=[saver]) for saver in savers]
    for reader in readers:
        reader.start()
    try:
        yield saved
    finally:
        for saver in savers:
            saver.kill()
        for saver, reader in zip(savers, readers, strict=True):
            saver.wait()
            reader.join()


if __name__ == "__main__":
    main()
