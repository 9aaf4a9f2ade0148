"""What an import of 50,000 batches costs on SQLite: python -m bench.importing"""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from .load import SERVER_CORE, need, pinned
from .serving import ROOT, demo_shop, shop
from .telling import section

ROWS = 50_000
COLUMNS = (
    *("batch_identifier", "product", "butcher_date", "arrival_date"),
    *("supplier", "supplier_lot"),
)


def measured(suffix: str) -> tuple[float, float]:
    """Seconds, and the most memory (MB) that the process had. Raises RuntimeError if it failed."""
    with demo_shop() as data:
        file = data / f"batches{suffix}"
        WRITERS[suffix](file)
        command = [sys.executable, "manage.py", "import_batches", f"{file}"]
        begun = time.perf_counter()
        with pinned(SERVER_CORE), (data / "said").open("w") as said:
            process = subprocess.Popen(
                command, cwd=ROOT, env=shop(data), stdout=said, stderr=subprocess.DEVNULL
            )
            _pid, process.returncode, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - begun
        if "Saved." not in (data / "said").read_text():
            raise RuntimeError((data / "said").read_text())
    return taken, usage.ru_maxrss * 1024 / 1e6


def table() -> Iterator[Sequence[object]]:
    yield COLUMNS
    for number in range(ROWS):
        day = date.today() - timedelta(days=number % 500)
        names = (f"Farm {number % 200}", f"L{number // 5}")
        yield [f"I-{number:05}", "Chicken", day, day, *names]


def write_csv(path: Path) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(table())


def write_excel(path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in table():
        sheet.append(row)
    book.save(path)


WRITERS = {".csv": write_csv, ".xlsx": write_excel}


def told() -> str:
    figures = {suffix: measured(suffix) for suffix in WRITERS}
    return section(
        "Import",
        f"`manage.py import_batches` of {ROWS:,} new batches on SQLite: checked, then saved, all "
        "or none. Aim: 60 s.",
        ["", "seconds", "MB"],
        [
            [f"{suffix}, checked and saved", f"{seconds:.1f}", f"{megabytes:.0f}"]
            for suffix, (seconds, megabytes) in figures.items()
        ],
    )


if __name__ == "__main__":
    need()
    print(told())
