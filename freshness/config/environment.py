"""Reads the settings a shop may choose from the environment.

A wrong value does not raise here: it is kept in `Environment.problems`, the default stands in
for it, and a system check refuses to start (see checks.py). So every wrong setting is named at
once, in a line each, however the program is started.
"""

import io
import os
import re
import secrets
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import environ
import tzlocal

T = TypeVar("T")

ENV_LINE = re.compile(r"#.*|(export )?[A-Za-z_0-9]+=[^\0]*")


class Environment:
    """The environment, with a list of what is wrong with it, one plain sentence or two each."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.known: set[str] = set()
        self.in_file: set[str] = set()

    def load(self, path: Path) -> None:
        """Add the file's settings to the environment; what is set there already stays as it is."""
        try:
            text = path.read_text(encoding="utf-8-sig")  # Windows' Notepad may begin with a mark
        except FileNotFoundError:
            return
        except (OSError, ValueError):
            self.problems.append(f"{path.name}: this cannot be read. Save it as a file in UTF-8.")
            return
        lines = text.splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip() and not ENV_LINE.fullmatch(line):
                self.problems.append(
                    f"{path.name}: line {number} is no setting. Write NAME=value, without spaces "
                    "before or around the =, or begin the line with #."
                )
            elif line.strip() and not line.startswith("#"):
                self.in_file.add(line.removeprefix("export ").partition("=")[0])
        environ.Env.read_env(io.StringIO("\n".join(filter(ENV_LINE.fullmatch, lines))))

    def folder(self, path: Path) -> Path:
        """Make the folder where there is none, for its owner alone. A failure is a problem."""
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            self.problems.append(
                f"{path}: this folder cannot be made ({error.strerror}). Make it, and give it to "
                "the user who runs the shop."
            )
        return path

    def kept_secret(self, path: Path) -> str:
        """The secret in the file `path`; one for this process alone, and a problem, if it fails."""
        try:
            return kept_secret(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            self.problems.append(
                f"{path}: this key of the sessions cannot be read ({reason}). Give the file to the "
                "user who runs the shop, or delete it: then everybody has to sign in again."
            )
            return secrets.token_urlsafe(50)

    def unknown(self) -> list[str]:
        """The names in the file that nothing has read: misspelt, perhaps."""
        return sorted(self.in_file - self.known)

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """The setting `name`; `default` where it is unset, empty or refused by `parse`.

        `parse` raises ValueError with a sentence that says how to mend the value.
        """
        self.known |= {name, f"{name}_FILE"}
        value = os.environ.get(name, "").strip() or self.in_file_of_its_own(name)
        if not value:
            return default
        try:
            return parse(value)
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return default

    def in_file_of_its_own(self, name: str) -> str:
        """What the file holds that `name`_FILE names: a secret that no environment has to show."""
        path = os.environ.get(f"{name}_FILE", "").strip()
        if not path:
            return ""
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            self.problems.append(
                f"{name}_FILE: this file cannot be read. Write the path of a file in UTF-8 that "
                "the shop's user may read."
            )
            return ""


def machine_time_zone() -> str:
    """The time zone this computer's clock is set to; empty where it cannot be told."""
    try:
        tzlocal.get_localzone()  # refuses a TZ that names no zone, which the next line passes over
        return tzlocal.get_localzone_name() or ""
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return ""


def kept_secret(path: Path) -> str:
    """The secret in the file `path`, which is made on first use, for its owner's eyes only.

    Two processes that start in the same instant get the same secret: linking a finished file
    into place cannot be done twice. An empty file, as a power cut may leave it, is made anew.

    Raises OSError where it can neither be read nor made, ValueError where it is no text.
    """
    if path.exists() and not path.read_text().strip():
        path.unlink()
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
