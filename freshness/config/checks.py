"""What must be right before the shop opens. Django runs these at every start."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections

# The tag of what a shop may have wrong. Commands that a clock starts make these checks alone:
# Django's own, of the program, load every page first, which takes half of their time.
SHOP = "shop"


@register(SHOP)
def settings_are_right(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    return [Error(problem, id="freshness.E001") for problem in settings.SETTINGS_PROBLEMS]


@register(SHOP)
def settings_are_known(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    message = "{}: .env names it, but there is no such setting. Is it misspelt?"
    unknown = settings.SETTINGS_UNKNOWN
    return [Warning(message.format(name), id="freshness.W002") for name in unknown]


@register(SHOP)
def https_has_a_proxy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.HTTPS or settings.BEHIND_PROXY:
        return []
    message = (
        "PUBLIC_URL: it begins with https://, but BEHIND_PROXY is not set. Set BEHIND_PROXY=true "
        "where a proxy answers https, or every page sends the browser round in a circle."
    )
    return [Warning(message, id="freshness.W001")]


@register(SHOP)
def secrets_are_private(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    message = "{}: everybody on this computer can read it, and it holds secrets. Run: chmod {} {}"
    return [
        Warning(message.format(path.name, mode, path), id="freshness.W003")
        for path, mode in readable_by_everybody()
    ]


def readable_by_everybody() -> Iterator[tuple[Path, str]]:
    """The files with secrets that other users can read, each with the mode it should have.

    Windows has no such modes: what it reports there means nothing.
    """
    if os.name != "posix":
        return
    for path, mode in (
        (settings.BASE_DIR / ".env", "600"),
        (settings.VAR_DIR, "700"),
        (settings.VAR_DIR / "secret_key", "600"),
    ):
        if is_open_to(stat.S_IRWXO, path):
            yield path, mode
    default = connections[DEFAULT_DB_ALIAS]
    database = Path(default.settings_dict["NAME"])
    if (
        default.vendor == "sqlite"
        and database.parent != settings.VAR_DIR
        and is_open_to(stat.S_IROTH, database)
        and is_open_to(stat.S_IXOTH, database.parent)
    ):
        yield database, "600"


def is_open_to(modes: int, path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & modes)
    except OSError:  # it is not there, or not ours to see
        return False


@register(Tags.database)
def databases_answer(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for alias in databases or []:
        try:
            connections[alias].ensure_connection()
        except Exception as error:  # whatever a wrong address may raise, in the driver or before
            reason = " ".join(str(error).split())
            message = (
                f"DATABASE_URL: the database does not answer ({reason}). Start the database, or "
                "mend its address."
            )
            errors.append(Error(message, id="freshness.E002"))
    return errors
