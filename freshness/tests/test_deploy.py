"""The units of deploy/systemd and the rotation of deploy/logrotate, read by the real programs."""

import getpass
import grp
import json
import logging
import logging.handlers
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from batches.spreadsheets.importing.read_file import AT_ONCE as READERS_AT_ONCE
from batches.spreadsheets.reader.__main__ import MOST_MEMORY as READER_MEMORY
from bench.nginx import DEPLOY

from .programs import need

UNITS = sorted((DEPLOY / "systemd").glob("*.*[ert]"))
SERVICES_WITHOUT_TIMER = {"freshness-web@", "freshness-litestream"}
SERVICES = [it.name.replace("@", "@8001") for it in UNITS if it.suffix == ".service"]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine that has the units, and programs where they look for them."""
    ours = "srv/freshness/current/.venv/bin"
    for name in (f"{ours}/gunicorn", f"{ours}/python", "opt/litestream/bin/litestream"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to("/bin/true")
    shutil.copytree(DEPLOY / "systemd", tmp_path / "etc/systemd/system")
    return tmp_path


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reaches_little_of_its_machine(machine: Path, service: str) -> None:
    """systemd reckons from 0 (nothing) to 10; the threshold is in tenths."""
    command = [
        need("systemd-analyze", "REQUIRE_DEPLOY"),
        "security",
        "--offline=true",
        f"--root={machine}",
    ]
    told = subprocess.run([*command, "--threshold=15", service], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout[-200:] + told.stderr


def test_systemd_understands_each_unit(machine: Path) -> None:
    units = machine / "etc/systemd/system"
    for unit in units.rglob("*.*"):
        if unit.is_file():
            here = re.sub("/(?=(?:srv|opt)/)", f"{machine}/", unit.read_text())
            unit.write_text(here)
    names = [it.name.replace("@", "@8001") for it in UNITS]
    told = subprocess.run(
        [need("systemd-analyze", "REQUIRE_DEPLOY"), "verify", "--man=false", *names],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
    )
    ours = [line for line in told.stderr.splitlines() if "freshness" in line]
    assert (told.returncode, ours) == (0, [])


def test_what_a_unit_runs_there_is() -> None:
    texts = "".join(it.read_text() for it in UNITS)
    commands = set(re.findall(r"manage\.py (\w+)", texts))
    assert commands == {"send_digest", "backup", "clearsessions", "count_scans"}
    assert commands <= get_commands().keys()


def test_no_other_user_is_made_the_owner_of_the_shops_data() -> None:
    """As systemd does with a StateDirectory, which each unit would have from sandbox.conf."""
    texts = [path.read_text() for path in (DEPLOY / "systemd").rglob("*.conf")]
    others = [text for text in texts if re.search("^User=(?!freshness$)", text, re.M)]
    assert len(others) == 1
    assert "\nStateDirectory=\n" in others[0]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_takes_all_memory_of_its_machine(machine: Path, service: str) -> None:
    units = machine / "etc/systemd/system"
    template = service.replace("@8001", "@")
    sandbox = (units / "freshness-.service.d/sandbox.conf").read_text()
    own = "".join(path.read_text() for path in sorted((units / f"{template}.d").glob("*.conf")))
    limits = re.findall(r"^(MemoryHigh|MemoryMax)=(\d+)([MG])$", sandbox + own, re.M)
    effective = {name: int(size) * (1024 if unit == "G" else 1) for name, size, unit in limits}
    most = 2048 if service.startswith("freshness-web@") else 1024
    assert effective["MemoryHigh"] < effective["MemoryMax"] == most


def test_the_web_service_has_room_for_the_readers_of_imported_files() -> None:
    web = (DEPLOY / "systemd/freshness-web@.service.d/web.conf").read_text()
    assert READER_MEMORY * READERS_AT_ONCE < 2 * 1024**3
    assert "\nOOMPolicy=continue\n" in web
    assert "\nSystemCallFilter=prlimit64 setrlimit\n" in web


def test_no_container_of_ours_takes_all_memory_of_its_machine() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    shop, web = re.findall(r"^x-(?:shop|web): .*?^$", compose, re.M | re.S)
    assert "\n  mem_limit: 1g\n" in shop
    assert "\n  mem_limit: 2g" in web


def test_each_timer_has_its_service() -> None:
    timers = {it.stem for it in UNITS if it.suffix == ".timer"}
    assert timers == {it.stem for it in UNITS if it.suffix == ".service"} - SERVICES_WITHOUT_TIMER


def test_no_event_is_lost_where_the_security_log_is_rotated(tmp_path: Path) -> None:
    log = tmp_path / "security.log"
    rules = (DEPLOY / "logrotate").read_text()
    me = f"{getpass.getuser()} {grp.getgrgid(os.getgid()).gr_name}"
    rules = rules.replace("/var/lib/freshness", f"{tmp_path}").replace("freshness freshness", me)
    (tmp_path / "rules").write_text(rules)
    (tmp_path / "rules").chmod(0o600)
    security = logging.getLogger("freshness.security").handlers[0]
    assert isinstance(security, logging.handlers.WatchedFileHandler)
    handler = type(security)(log)
    command = [
        need("logrotate", "REQUIRE_DEPLOY"),
        "--force",
        "--state",
        f"{tmp_path}/state",
        f"{tmp_path}/rules",
    ]
    handler.setFormatter(security.formatter)
    for event in ("before", "after"):
        handler.emit(logging.makeLogRecord({"msg": event}))
        if event == "before":
            subprocess.run(command, check=True)
    handler.close()
    [rotated] = tmp_path.glob("security.log-*")
    assert [json.loads(line)["event"] for line in rotated.read_text().splitlines()] == ["before"]
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == ["after"]
    assert log.stat().st_mode & 0o777 == 0o600


IMAGES = {"PYTHON_IMAGE", "POSTGRES_IMAGE", "NGINX_IMAGE", "CERTBOT_IMAGE"}


@pytest.fixture
def pinning(tmp_path: Path) -> Path:
    """A copy of what pin_images.sh reads, with a docker that tells a digest for each tag."""
    (tmp_path / "docker").mkdir()
    shutil.copy(DEPLOY / "docker" / "pin_images.sh", tmp_path / "docker")
    shutil.copy(DEPLOY / "compose.yaml", tmp_path)
    docker = tmp_path / "docker" / "docker"
    docker.write_text(
        '#!/bin/sh\ntest "$1 $2 $3" = "buildx imagetools inspect"\necho "sha256:of-$4"\n'
    )
    docker.chmod(0o755)
    (tmp_path / ".env").write_text("SHOP_HOST=fresh.example.com\nNGINX_IMAGE=old\n")
    return tmp_path


def pin(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{folder}/docker:{os.environ['PATH']}"}
    script = f"{folder}/docker/pin_images.sh"
    return subprocess.run(["sh", script], env=environment, capture_output=True, text=True)


def test_images_are_pinned_to_their_digests(pinning: Path) -> None:
    for _time in range(2):
        assert pin(pinning).returncode == 0
    lines = dict(line.split("=", 1) for line in (pinning / ".env").read_text().splitlines())
    assert lines.pop("SHOP_HOST") == "fresh.example.com"
    assert lines.keys() == IMAGES
    for image in lines.values():
        tag, _at, digest = image.partition("@")
        assert digest == f"sha256:of-{tag}"
    python = lines["PYTHON_IMAGE"].partition("@")[0]
    assert f"ARG PYTHON_IMAGE={python}\n" in (DEPLOY / "docker" / "Dockerfile").read_text()


def test_where_a_digest_is_not_told_nothing_is_changed(pinning: Path) -> None:
    before = (pinning / ".env").read_text()
    for script in ("#!/bin/sh\nexit 1\n", "#!/bin/sh\necho nothing\n"):
        (pinning / "docker" / "docker").write_text(script)
        assert pin(pinning).returncode == 1
        assert (pinning / ".env").read_text() == before
    assert [path.name for path in pinning.glob(".env*")] == [".env"]


def test_no_image_is_named_without_a_setting_that_pins_it() -> None:
    named = re.findall(r"^ +image: (\S+)$", (DEPLOY / "compose.yaml").read_text(), re.M)
    assert {it for it in named if not it.startswith("${")} == {"freshness"}
    froms = re.findall(r"^FROM (\S+)", (DEPLOY / "docker" / "Dockerfile").read_text(), re.M)
    assert set(froms) == {"${PYTHON_IMAGE}"}
