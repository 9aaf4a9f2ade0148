"""Builds the shop, breaks it in one way after the other while people use it, and tells what it did.

What must not be: a batch lost that was answered as saved, or a report that is untrue.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .faults import FAULTS
from .site import Site
from .visitors import Answer, Visitors

CALM = 3  # seconds without a bad answer, after which all is well again
PATIENCE = 60  # seconds for that


@dataclass(frozen=True)
class Told:
    """What one fault did."""

    name: str
    lost: int
    untrue: int
    customers: str
    staff: str


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder))
        try:
            site.start()
            visitors = Visitors(site.browser)
            visitors.register()
            with visitors:
                told = [
                    rehearse(site, visitors, *fault)
                    for fault in FAULTS
                    if all(word in fault[0] for word in sys.argv[1:])
                ]
        finally:
            site.end()
    lost = sum(it.lost + it.untrue for it in told)
    print(f"{lost} lost or untrue.")


def rehearse(
    site: Site, visitors: Visitors, name: str, fault: Callable[[Site, Visitors], None]
) -> Told:
    customers, staff = len(visitors.customers), len(visitors.staff)
    time.sleep(CALM)
    fault(site, visitors)
    wait_for_calm(visitors)
    seen_by_customers, seen_by_staff = visitors.customers[customers:], visitors.staff[staff:]
    told = Told(
        name,
        len(lost(site, visitors)),
        sum(it.is_untrue for it in seen_by_customers),
        in_words(seen_by_customers),
        in_words(seen_by_staff),
    )
    print(
        f"{told.name}: lost {told.lost}, untrue {told.untrue}; customers {told.customers}; staff {told.staff}",
        flush=True,
    )
    return told


def wait_for_calm(visitors: Visitors) -> None:
    deadline = time.monotonic() + PATIENCE
    began = time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.2)
        since = time.monotonic() - CALM
        if since < began:
            continue
        late = [it for it in [*visitors.customers[-1000:], *visitors.staff[-200:]] if it.at > since]
        if late and all(it.is_good for it in late):
            return


def lost(site: Site, visitors: Visitors) -> set[str]:
    """Answered as saved, and not there."""
    saved = dict(visitors.saved)
    rows = site.primary.ask("SELECT batch_identifier, id FROM batches_batch")
    return {identifier for identifier, code in saved.items() if (identifier, code) not in set(rows)}


def in_words(answers: list[Answer]) -> str:
    bad = [it for it in answers if not it.is_good]
    if not bad:
        return f"{len(answers)} answered"
    kinds = {it.status for it in bad}
    spans = ", ".join(
        f"{len(of)} {status or 'no answer'} within {of[-1] - of[0]:.1f} s"
        for status in sorted(kinds)
        if (of := [it.at for it in bad if it.status == status])
    )
    return f"{len(answers) - len(bad)} answered, {spans}"
