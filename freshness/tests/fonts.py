"""A browser that takes the font of TEST_FONT for its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# The names by which our style sheets ask for letters.
ASKED_FOR = [
    *("system-ui", "sans-serif", "Arial", "Liberation Sans", "Noto Sans", "Roboto", "Segoe UI"),
]

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
{rules}
</fontconfig>
"""
RULE = """<match target="pattern">
<test name="family" qual="first"><string>{asked}</string></test>
<edit name="family" mode="prepend_first" binding="strong"><string>{font}</string></edit>
</match>"""


def is_installed(font: str) -> bool:
    """Whether fontconfig knows a family of this name; False where there is no fontconfig."""
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", font], capture_output=True, text=True, check=True).stdout
    return bool(listed.strip())


def browser_environment(folder: Path) -> dict[str, str | float | bool]:
    """Return the environment in which a browser draws with the font that TEST_FONT names, if any.

    The configuration of fontconfig that says so is written into `folder`.
    """
    font = os.environ.get("TEST_FONT")
    if not font:
        return {**os.environ}
    if not is_installed(font):
        pytest.fail(f"TEST_FONT names a font that is not here: {font}.")
    rules = "\n".join(RULE.format(asked=asked, font=font) for asked in ASKED_FOR if asked != font)
    file = folder / "fonts.conf"
    file.write_text(CONFIGURATION.format(rules=rules), encoding="utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(file)}
