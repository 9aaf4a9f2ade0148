"""Whole shops with a database of their own, on SQLite or PostgreSQL, run as programs."""

import os
import re
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

import psycopg
from django.db import connection
from psycopg import sql

from .test_settings import CHOICES, ROOT

Rows = dict[str, Counter[tuple[Any, ...]]]  # by table
NO_LIMIT = -1
Process = subprocess.Popen[str]


def let_files_grow_to(limit: int) -> None:
    import resource  # which Windows has not

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


class Shop(ABC):
    """What tests do with a shop that is kept in a folder; where its database is, others say."""

    vendor: str
    url: str

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder, self.backups = folder, folder / "backups"

    def environment(self, **choices: str) -> dict[str, str]:
        own = {
            "SECRET_KEY": "x" * 50,
            "DATABASE_URL": self.url,
            "BACKUP_DIR": f"{self.backups}",
            "PUBLIC_URL": "http://localhost",
            "TIME_ZONE": "Europe/Istanbul",
        }
        return os.environ | dict.fromkeys(CHOICES, "") | own | choices

    def start(self, *command: str, limit: int = NO_LIMIT, **choices: str) -> Process:
        """A program; with a limit, no file that it writes can become larger, as on a full disk."""
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment(**choices),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=partial(let_files_grow_to, limit),
        )

    def manage(self, *command: Any, limit: int = NO_LIMIT, **choices: str) -> tuple[int, str]:
        """How it ended, and all that it said."""
        process = self.start("manage.py", *map(str, command), limit=limit, **choices)
        said = "".join(process.communicate(timeout=120))
        return process.returncode, said

    def open(self) -> Self:
        """With a dozen batches, labels of some, and an account."""
        assert self.manage("migrate", "--verbosity=0") == (0, "")
        assert self.manage("demo")[0] == 0
        return self

    def back_up(self, **choices: str) -> Path:
        code, said = self.manage("backup", **choices)  # type: ignore[arg-type]
        match = re.fullmatch(r"(.+): [\d.]+ [KM]B, \d+ batch(es)?, in \d+\.\d seconds\.\n", said)
        assert code == 0, said
        assert match, said
        return Path(match[1])

    def refuses(self, *command: Any, limit: int = NO_LIMIT, **choices: str) -> str:
        """The one sentence or two with which it ends a command, having changed nothing."""
        before = self.rows()
        code, said = self.manage(*command, limit=limit, **choices)
        assert code == 1
        assert self.rows() == before
        assert said.startswith("CommandError: ")
        assert said.count("\n") == 1
        return said.removeprefix("CommandError: ").strip()

    @contextmanager
    def saving(self, *names: str) -> Iterator[list[Process]]:
        """While it is read, each of the savers has saved some batches, and goes on."""
        savers = [self.start("-m", "bench.saving", name) for name in names]
        try:
            yield savers
        finally:
            for saver in savers:
                saver.kill()
                saver.communicate()

    def batches(self) -> set[str]:
        return {row["batch_identifier"] for row in self.table("batches_batch")}

    def rows(self) -> Rows:
        """Every row of every table."""
        return {
            name: Counter(tuple(row.values()) for row in self.table(name)) for name in self.tables()
        }

    @abstractmethod
    def tables(self) -> list[str]: ...

    @abstractmethod
    def table(self, name: str) -> list[dict[str, Any]]: ...

    @abstractmethod
    def execute(self, statement: str) -> None: ...

    @abstractmethod
    def destroy(self) -> None: ...


class SqliteShop(Shop):
    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "shop.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def tables(self) -> list[str]:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return [row["name"] for row in self.asked(query)]

    def table(self, name: str) -> list[dict[str, Any]]:
        return self.asked(f'SELECT * FROM "{name}"')

    def asked(self, query: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.path, timeout=20)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]

    def execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as database:
            database.execute(statement)

    def destroy(self) -> None:
        for path in self.folder.glob("shop.sqlite3*"):
            path.unlink()


class PostgresShop(Shop):
    """On the server that the tests run on, in a database beside theirs."""

    vendor = "postgresql"

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder)
        server = connection.settings_dict
        self.name = f"{server['NAME']}_{name}"
        self.login = {
            "host": server["HOST"] or "localhost",
            "port": server["PORT"] or "5432",
            "user": server["USER"],
            "password": server["PASSWORD"],
        }
        user = "{user}:{password}@{host}:{port}".format(**self.login)
        self.url = f"postgres://{user}/{self.name}"

    def tables(self) -> list[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return [row["tablename"] for row in self.asked(query)]

    def table(self, name: str) -> list[dict[str, Any]]:
        return self.asked(f'SELECT * FROM "{name}"')

    def connect(self, name: str) -> psycopg.Connection[dict[str, Any]]:
        rows: Any = psycopg.rows.dict_row
        return psycopg.connect(**self.login, dbname=name, autocommit=True, row_factory=rows)

    def asked(self, query: str) -> list[dict[str, Any]]:
        with self.connect(self.name) as database:
            return database.execute(query.encode()).fetchall()

    def execute(self, statement: str) -> None:
        with self.connect(self.name) as database:
            database.execute(statement.encode())

    def destroy(self, template: str = "template1") -> None:
        """An empty database in its place, or a copy of another."""
        self.drop()
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self.connect("postgres") as server:
            server.execute(create.format(sql.Identifier(self.name), sql.Identifier(template)))

    def drop(self) -> None:
        with self.connect("postgres") as server:
            drop = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
            server.execute(sql.SQL(drop).format(sql.Identifier(self.name)))
