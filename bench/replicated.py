"""A shop on SQLite that Litestream copies, by deploy/litestream.yml."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from deploy.rehearse.places import configuration

from .serving import ROOT, shop

PATIENCE = 20  # seconds
INTERVAL = 1  # second, which is more than the intervals of deploy/litestream.yml


class ReplicatedShop:
    name = "SQLite, Litestream"

    def __init__(self, folder: Path) -> None:
        self.folder, self.database = folder, folder / "shop.sqlite3"
        self.copy, self.settings = folder / "copy", folder / "litestream.yml"
        self.environment = shop(folder)
        beside = f"{Path(sys.executable).parent}"
        self.litestream = shutil.which("litestream", path=f"{beside}:{os.environ['PATH']}") or ""

    @contextmanager
    def open(self) -> Iterator[Self]:
        if not self.litestream:
            sys.exit("There is no litestream here: pip install --requirement requirements-dev.txt")
        self.settings.write_text(self.configuration())
        for command in ("migrate", "demo"):
            arguments = [sys.executable, "manage.py", command]
            subprocess.check_call(
                arguments, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
            )
        self.copying = self.start("replicate")
        try:
            self.wait_for_a_copy()
            yield self
        finally:
            self.kill()

    def configuration(self) -> str:
        return configuration(
            "litestream.yml",
            {
                "/home/shop/freshness-tracker/var/freshness.sqlite3": f"{self.database}",
                "/mnt/backups/litestream": f"{self.copy}",
            },
        )

    def start(self, command: str, *options: str) -> "subprocess.Popen[bytes]":
        arguments = [self.litestream, command, f"-config={self.settings}", *options]
        log = (self.folder / f"{command}.log").open("wb")
        return subprocess.Popen(arguments, stdout=log, stderr=log)

    def wait_for_a_copy(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not any(self.copy.rglob("*.ltx")):
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / "replicate.log").read_text())
            time.sleep(0.05)

    def catch_up(self) -> None:
        """While people save: until all that was saved before is copied."""
        copied = time.time() + INTERVAL
        while max(it.stat().st_mtime for it in self.copy.rglob("*.ltx")) < copied:
            time.sleep(0.05)

    def kill(self) -> None:
        self.copying.kill()
        self.copying.wait()

    def destroy(self) -> None:
        """The database, and all that Litestream keeps beside it."""
        for path in self.folder.glob("shop.sqlite3*"):
            path.unlink()
        shutil.rmtree(self.folder / f".{self.database.name}-litestream")

    def recover(self) -> None:
        restore = self.start("restore", f"{self.database}")
        if restore.wait():
            raise RuntimeError((self.folder / "restore.log").read_text())

    def batches(self) -> set[str]:
        with closing(sqlite3.connect(self.database)) as database:
            if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise RuntimeError("What came back is not sound.")
            return {
                name for (name,) in database.execute("SELECT batch_identifier FROM batches_batch")
            }
