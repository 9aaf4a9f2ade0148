"""What must be right before the shop opens. Django runs these at every start."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections


@register
def settings_are_right(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    return [Error(problem, id="freshness.E001") for problem in settings.SETTINGS_PROBLEMS]


@register
def settings_are_known(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    message = "{}: .env names it, but there is no such setting. Is it misspelt?"
    unknown = settings.SETTINGS_UNKNOWN
    return [Warning(message.format(name), id="freshness.W002") for name in unknown]


@register
def https_has_a_proxy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.HTTPS or settings.BEHIND_PROXY:
        return []
    message = (
        "PUBLIC_URL: it begins with https://, but BEHIND_PROXY is not set. Set BEHIND_PROXY=true "
        "where a proxy answers https, or every page sends the browser round in a circle."
    )
    return [Warning(message, id="freshness.W001")]


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
