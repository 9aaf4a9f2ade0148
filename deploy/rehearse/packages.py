"""What a rehearsal needs of Debian's packages."""

import os
import shutil
import subprocess
import sys

from .postgresql import programs

PACKAGES = {
    "nginx": ["nginx-light"],
    "pgbouncer": ["pgbouncer"],
    "openssl": ["openssl"],
    "gcc": ["gcc", "libc6-dev"],  # for the clock
    "pebble": ["pebble"],
    "certbot": ["certbot"],
}


def install_what_is_missing() -> None:
    """Where this is root's; else it ends with the command to type."""
    missing = [package for it in PACKAGES if not shutil.which(it) for package in PACKAGES[it]]
    try:
        programs()
    except FileNotFoundError:
        missing.append("postgresql")
    if not missing:
        return
    if os.geteuid() or not shutil.which("apt-get"):
        sys.exit(f"Please install first: sudo apt install {' '.join(missing)}")
    print(f"Installing {', '.join(missing)}.", file=sys.stderr)
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True, env=quietly)
