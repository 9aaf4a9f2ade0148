"""The next version of the program, with a migration, put in the place of this one by restart.sh."""

import os
import subprocess
import time
from pathlib import Path

from .site import ROOT, Site, program_in

MIGRATION = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("batches", "{before}")]
    operations = [
        migrations.RunSQL("ALTER TABLE batches_batch ADD COLUMN rehearsed varchar(20) DEFAULT ''")
    ]
"""

# What restart.sh asks of systemd: it writes down what is to be done, and waits till that is done.
SYSTEMCTL = """#!/bin/sh
echo "$1 $2" > "{folder}/asked.new"
mv "{folder}/asked.new" "{folder}/asked"
while [ -e "{folder}/asked" ]; do sleep 0.05; done
"""


def upgrade(site: Site) -> None:
    """As docs/DEPLOY.md says: the tables first, then one gunicorn after the other."""
    site.program = next_version(site.folder)
    site.manage("migrate", "--verbosity", "0")
    for shop in site.shops:
        shop.code = site.program
    restart_in_turn(site)


def next_version(folder: Path) -> Path:
    """A copy of the program in which every batch has one more column."""
    code = program_in(folder / "next", folder / "data")
    migrations = code / "batches" / "migrations"
    before = max(path.stem for path in migrations.glob("0*.py"))
    (migrations / "9999_rehearsed.py").write_text(MIGRATION.format(before=before))
    return code


def restart_in_turn(site: Site) -> None:
    programs = site.folder / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "systemctl").write_text(SYSTEMCTL.format(folder=site.folder))
    (programs / "systemctl").chmod(0o755)
    restarting = subprocess.Popen(
        ["sh", f"{ROOT}/deploy/restart.sh", *(f"{shop.port}" for shop in site.shops)],
        env=os.environ
        | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "NGINX_CONF": f"{site.nginx.used}",
        },
        stdout=subprocess.DEVNULL,
    )
    while restarting.poll() is None:
        do_what_is_asked(site)
        time.sleep(0.05)
    assert restarting.returncode == 0


def do_what_is_asked(site: Site) -> None:
    asked = site.folder / "asked"
    if not asked.exists():
        return
    what, unit = asked.read_text().split()
    if what == "reload":
        site.nginx.reload()
    else:
        [shop] = [it for it in site.shops if unit.endswith(f"@{it.port}")]
        shop.end()
        shop.start_and_wait()
    asked.unlink()
