"""Whole shops on one machine, each in one folder: a chain on PostgreSQL, and a laptop on SQLite.

What runs in them, and how it is made, is what deploy/compose.yaml and its image have.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path

import psycopg

from .authority import Authority
from .machine import AFTER_MIDNIGHT, Clock, Disk
from .pgbouncer import PgBouncer
from .places import DEPLOY
from .postgresql import new_server, secrets_beside, standby_of
from .servers import HOST, Every, Gunicorn, Nginx, free_port, timers
from .visitors import Browser

ROOT = DEPLOY.parent
# How the image makes its style sheets.
BUILD = re.compile(r"^RUN (\.venv/bin/python manage\.py (?:.*\\\n)*.+)", re.M)
ROOM = 300  # MB; with less than 100 free, a shop is not ready


class RefusedError(Exception):
    """A command did not do what it was told, and says why."""


def program_in(folder: Path, data: Path) -> Path:
    """As the image has it. What it writes it writes to `data`, which takes the volume's place."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "var", "__pycache__"))
    (folder / ".venv").symlink_to(sys.prefix)
    [build] = BUILD.findall((DEPLOY / "docker" / "Dockerfile").read_text())
    subprocess.run(["sh", "-c", build], cwd=folder, check=True)
    (folder / "var").rmdir()
    (folder / "var").symlink_to(data)
    return folder


class Site(ABC):
    """Two gunicorns behind nginx, under a clock that can be set; its database others add."""

    def __init__(self, folder: Path) -> None:
        """Its folders `data` and `nginx` are there already."""
        self.folder = folder
        self.clock = Clock(folder / "clock")
        self.program = program_in(folder / "program", folder / "data")
        self.settings = os.environ | {
            "SECRET_KEY_FILE": f"{secrets_beside(folder)}/secret_key",
            "BACKUP_DIR": f"{folder}/backups",
            "SCANS_LOG": f"{folder}/nginx/scans",
            "BEHIND_PROXY": "true",
            "TIME_ZONE": AFTER_MIDNIGHT,
            "WEB_CONCURRENCY": "2",
        }
        log = folder / "nginx" / "gunicorn.log"
        under_clock = self.settings | self.clock.environment()
        self.shops = [Gunicorn(self.program, log, under_clock) for _one in range(2)]
        self.nginx = Nginx(folder / "nginx", self.shops, os.environ | self.clock.environment())
        proofs = self.nginx.folder / "html"
        self.authority = Authority(folder / "authority", self.nginx.plain, proofs)
        for name in ("fullchain.pem", "privkey.pem"):
            (self.nginx.folder / name).symlink_to(self.authority.live / name)
        for shop in self.shops:
            shop.environment["PUBLIC_URL"] = f"https://{HOST}:{self.nginx.port}"
        self.timers = timers()
        self.backup = self.timers.pop("backup")  # made when a fault needs one

    def connect(self, url: str, replica: str = "") -> None:
        urls = {"DATABASE_URL": url, "DATABASE_REPLICA_URL": replica}
        for settings in (self.settings, *(shop.environment for shop in self.shops)):
            settings |= urls

    def start(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        for shop in self.shops:
            shop.start_and_wait()
        self.authority.start()
        self.authority.certify()
        self.nginx.start()
        self.start_timers()

    def start_timers(self) -> None:
        for timer in self.timers.values():
            self.start_timer(timer)

    def start_timer(self, timer: Every) -> None:
        timer.start(self.program, self.environment(), self.folder / "timers.log")

    def end_timers(self) -> None:
        for timer in self.timers.values():
            timer.end()

    @property
    @abstractmethod
    def url(self) -> str:
        """Its database's, and that of no pool before it."""

    @abstractmethod
    def spare(self) -> str:
        """The URL of another database, in which nothing is yet."""

    def environment(self) -> dict[str, str]:
        """Of what may take its time, so it does not go by the pool."""
        return self.settings | {"DATABASE_URL": self.url}

    def command(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [".venv/bin/python", "manage.py", *words],
            cwd=self.program,
            env=self.environment() | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *words: str, **settings: str) -> str:
        """What a command says. Raises RefusedError with what it said where it does not end well."""
        process = self.command(*words, **settings)
        said, wrong = process.communicate()
        if process.returncode:
            raise RefusedError(wrong)
        return said

    def cut_power(self) -> None:
        for shop in self.shops:
            shop.end(signal.SIGKILL)

    def power_up(self) -> None:
        for shop in self.shops:
            shop.start_and_wait()

    def end(self) -> None:
        self.end_timers()
        self.nginx.end()
        self.authority.end()
        for shop in self.shops:
            shop.end()

    def browser(self) -> Browser:
        return Browser(self.nginx.port, self.authority.root)


class Chain(Site):
    """With PgBouncer, a primary and its standby."""

    def __init__(self, folder: Path) -> None:
        for name in ("data", "nginx"):
            (folder / name).mkdir()
        super().__init__(folder)
        self.primary = new_server(folder / "first", free_port())
        self.standby_clock = Clock(folder / "standby_clock")
        under_clock = self.standby_clock.environment()
        self.standby = standby_of(self.primary, folder / "second", free_port(), **under_clock)
        self.pool = PgBouncer(folder / "pgbouncer", free_port(), self.primary)
        self.connect(self.pool.url, self.standby.url)

    @property
    def url(self) -> str:
        return self.primary.url

    def spare(self) -> str:
        self.primary.ask("CREATE DATABASE spare OWNER freshness")
        return self.url.removesuffix("freshness") + "spare"

    def cut_power(self) -> None:
        self.primary.end(signal.SIGKILL)
        super().cut_power()

    def power_up(self) -> None:
        self.primary.start()
        super().power_up()

    def end(self) -> None:
        super().end()
        self.pool.end()
        self.standby.end()
        self.primary.end()


class Laptop(Site):
    """On SQLite, with a disk for the data, and one for all logs."""

    def __init__(self, folder: Path) -> None:
        self.data, self.logs = Disk(folder / "data", ROOM), Disk(folder / "nginx", ROOM)
        self.kept = Disk(folder / "nginx" / "cache", ROOM)  # as var-cache-nginx.mount has it
        super().__init__(folder)
        self.connect(self.url)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.data.folder}/freshness.sqlite3"

    def spare(self) -> str:
        return f"sqlite:///{self.folder}/spare.sqlite3"

    def end(self) -> None:
        super().end()
        for disk in (self.kept, self.logs, self.data):
            disk.take_out()


def batches_at(url: str) -> set[tuple[str, str]]:
    """The identifiers and codes in a database."""
    query = "SELECT batch_identifier, id FROM batches_batch"
    opened = (
        closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20))
        if url.startswith("sqlite:")
        else psycopg.connect(url)
    )
    with opened as database:
        return {*database.execute(query)}
