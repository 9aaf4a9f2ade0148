"""Measures everything, and writes it down: make bench"""

import re
import time
from datetime import date
from pathlib import Path

from . import crowd, importing, labels, memory, proxy, reports, sizes
from .load import need
from .serving import ROOT

PARTS = (reports, proxy, memory, crowd, labels, importing, sizes)


def main() -> None:
    need("nginx", "wrk")
    begun = time.monotonic()
    sections = []
    for part in PARTS:
        sections.append(part.told())
        print(sections[-1], flush=True)
    minutes = (time.monotonic() - begun) / 60
    head = (
        f"# Results\n\n`make bench` wrote this on {date.today():%d %B %Y} in {minutes:.0f} "
        f"minutes, on one machine: {processor()}. Figures of another machine differ; ratios "
        "should not by much.\n"
    )
    (ROOT / "bench" / "RESULTS.md").write_text("\n".join([head, *sections]))


def processor() -> str:
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{len(names)} cores, {names[0]}" if names else "a processor without a name"


if __name__ == "__main__":
    main()
