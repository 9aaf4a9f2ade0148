"""What a cell means, by the kind of its column. Each raises ValueError, whose words say why not."""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from import_export import widgets

from ..cells import as_it_was
from ..models.folded import folded
from .dates import read_date
from .lookalikes import Look, look_of

IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")
# A Turkish ı stands here as i: what is typed in capitals does not tell the two apart.
YES = {"true", "yes", "1", "verdadero", "sí", "si", "doğru", "evet", "wahr", "vrai"}
NO = {"false", "no", "0", "falso", "yanliş", "hayir", "falsch", "faux"}

Value = str | list[str]


def kind_and_text(value: Value) -> tuple[str, str]:
    """Its kind is "untyped" in a file that has no kinds: there it may have been text or not."""
    kind, text = ("untyped", value) if isinstance(value, str) else value
    if kind == "formula":
        words = _(
            "This is a formula. Copy the column, paste it as values only, and save the file again."
        )
        raise ValueError(words)
    if kind == "error":
        raise ValueError(_("The spreadsheet shows an error here: %(error)s.") % {"error": text})
    return kind, as_it_was(text).strip() if kind in ("untyped", "text") else text


class Words(widgets.Widget):  # type: ignore[misc] # it has no types
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> str:
        return kind_and_text(value)[1]


class Name(widgets.Widget):  # type: ignore[misc]
    """Text by which a batch or a product is told from others, as the sheet shows it."""

    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> str:
        kind, text = kind_and_text(value)
        if kind in ("day", "time"):
            raise ValueError(made_a_date(text))
        if kind == "inexact":
            raise ValueError(made_a_long_number(text))
        if kind == "boolean":
            message = _(
                "The spreadsheet has made “true” or “false” of this: %(text)s. Format the column "
                "as text, type it again, and save it as Excel (.xlsx)."
            )
            raise ValueError(message % {"text": text})
        return text


class Identifier(Name):
    """A batch's own identifier. What could not be one is told as the slip of a spreadsheet."""

    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> str:
        text = super().clean(value, row, **kwargs)
        if not isinstance(value, str) or IDENTIFIER.fullmatch(text):
            return text
        look = look_of(text)
        if look == Look.DATE:
            raise ValueError(made_a_date(text))
        if look == Look.SCIENTIFIC:
            raise ValueError(made_a_long_number(text))
        return text


def made_a_date(text: str) -> str:
    message = _(
        "The spreadsheet has made a date of this identifier: %(text)s. Format the column "
        "as text, type it again, and save it as Excel (.xlsx)."
    )
    return message % {"text": text}


def made_a_long_number(text: str) -> str:
    message = _(
        "The spreadsheet has made a long number of this identifier and lost digits: "
        "%(text)s. Format the column as text, type it again, and save it as Excel (.xlsx)."
    )
    return message % {"text": text}


class Day(widgets.Widget):  # type: ignore[misc]
    def clean(
        self, value: Value, row: Any = None, date_order: str = "", **kwargs: Any
    ) -> date | None:
        kind, text = kind_and_text(value)
        if not text:
            return None
        if kind in ("untyped", "text", "day"):
            return read_date(text, date_order)
        if kind == "time":
            message = _(
                "This has a time of day: %(text)s. Write the date alone, such as 2026-11-22."
            )
        else:
            message = _("This is a number, not a date: %(text)s. Format the column as a date.")
        raise ValueError(message % {"text": text[:40]})


class Whole(widgets.Widget):  # type: ignore[misc]
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> int:
        text = kind_and_text(value)[1]
        if not (text.isascii() and text.isdigit() and len(text) < 7):
            words = _("Write a whole number of days, such as 2, not “%(text)s”.")
            raise ValueError(words % {"text": text[:40]})
        return int(text)


class YesOrNo(widgets.Widget):  # type: ignore[misc]
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> bool:
        text = kind_and_text(value)[1]
        said = folded(text)
        if said not in YES | NO:
            raise ValueError(_("Write yes or no, not “%(text)s”.") % {"text": text[:40]})
        return said in YES
