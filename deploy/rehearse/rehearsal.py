"""Builds a shop, breaks it in one way after the other while people use it, and tells what it did.

What must not be: a batch lost that was answered as saved, or a report that is untrue.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .faults import FAULTS, Fault
from .site import Laptop, Site, batches_at
from .visitors import Answer, Visitors

CALM = 3  # seconds without a bad answer, after which all is well again
PATIENCE = 60  # seconds for that


@dataclass(frozen=True)
class Told:
    """What one fault did."""

    fault: str
    lost: int
    untrue: int
    customers: list[Answer]
    staff: list[Answer]


def rehearse(*words: str, short: bool = False) -> bool:
    """Whether nothing was lost and nothing untrue, of the faults whose names hold all `words`.

    `short` leaves out those that the short rehearsal has not.
    """
    told = []
    for site_of, faults in FAULTS.items():
        if site_of is Laptop and os.geteuid():
            print(
                "The shop on SQLite is left out: only root may put in its disks.", file=sys.stderr
            )
            continue
        named = [fault for fault in faults if all(word in fault.name for word in words)]
        if chosen := [fault for fault in named if fault.in_short_rehearsal or not short]:
            told += rehearse_on(site_of, chosen)
    for line in table(told):
        print(line)
    return not any(it.lost or it.untrue for it in told)


def rehearse_on(site_of: Callable[[Path], Site], faults: list[Fault]) -> list[Told]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        Path(folder).chmod(0o755)  # its servers have accounts of their own
        site = site_of(Path(folder))
        opened.callback(site.end)
        site.start()
        visitors = Visitors(site.browser)
        visitors.register()
        opened.enter_context(visitors)
        return [put_in(fault, site, visitors) for fault in faults]


def put_in(fault: Fault, site: Site, visitors: Visitors) -> Told:
    print(f"… {fault.name}", file=sys.stderr)
    wait_for_calm(visitors)
    customers, staff = len(visitors.customers), len(visitors.staff)
    fault.put_in(site, visitors)
    wait_for_calm(visitors)
    seen = visitors.customers[customers:]
    untrue = sum(it.is_untrue for it in seen)
    return Told(fault.name, len(lost(site, visitors)), untrue, seen, visitors.staff[staff:])


def wait_for_calm(visitors: Visitors) -> None:
    """Raises TimeoutError where it does not get well again."""
    began = time.monotonic()
    while time.monotonic() < began + PATIENCE:
        time.sleep(0.2)
        since = time.monotonic() - CALM
        lately = [it for it in [*visitors.customers, *visitors.staff] if it.at > since]
        if since > began and lately and all(it.is_good for it in lately):
            return
    raise TimeoutError(f"It was not well again after {PATIENCE} seconds.")


def lost(site: Site, visitors: Visitors) -> set[tuple[str, str]]:
    """Identifiers and codes that were answered as saved, and are not there."""
    saved = {*visitors.saved.items()}  # before it is looked what is there
    return saved - batches_at(site.url)


def table(told: list[Told]) -> list[str]:
    rows = [
        (it.fault, f"{it.lost}", f"{it.untrue}", in_words(it.customers), in_words(it.staff))
        for it in told
    ]
    head = ("fault", "lost", "untrue", "customers", "staff")
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def in_words(answers: list[Answer]) -> str:
    """How many were answered as they should be, and for how long others were answered what."""
    bad = [answer for answer in answers if not answer.is_good]
    told = [f"{len(answers) - len(bad)} answered"]
    for status in sorted({it.status for it in bad}):
        times = [it.at for it in bad if it.status == status]
        seconds = max(times) - min(times)
        told.append(f"{len(times)} times {status or 'no answer'} within {seconds:.1f} s")
    return ", ".join(told)
