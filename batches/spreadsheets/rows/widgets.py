"""What a cell means, by the kind of its column. Each raises ValueError, whose words say why not."""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from import_export import widgets

from ...models.case_folding import folded
from ..dates.formats import read_date
from .cell_text import Value, kind_and_text, refuse_hidden, shown_text
from .lookalikes import Look, look_of

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")
# A Turkish ı stands here as i: what is typed in capitals does not tell the two apart.
YES = {"true", "yes", "1", "verdadero", "sí", "si", "doğru", "evet", "wahr", "vrai"}
NO = {"false", "no", "0", "falso", "yanliş", "hayir", "falsch", "faux"}


class Words(widgets.Widget):  # type: ignore[misc] # it has no types
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> str:
        kind, text = shown_text(value)
        if kind in ("day", "time", "inexact"):
            words = _(
                "The spreadsheet has made a date or a long number of this: %(text)s. Format the "
                "column as text, type it again, and save it as Excel (.xlsx)."
            )
            raise ValueError(words % {"text": text})
        refuse_hidden(text)
        return text


class Name(widgets.Widget):  # type: ignore[misc]
    """Text by which a batch or a product is told from others, as the sheet shows it."""

    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> str:
        kind, text = shown_text(value)
        if kind in ("day", "time"):
            raise ValueError(made_a_date(text))
        if kind == "inexact":
            raise ValueError(made_a_long_number(text))
        refuse_hidden(text)
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
        raise ValueError(no_date(kind, text))


def no_date(kind: str, text: str) -> str:
    """Return why a cell that holds no text is not taken for a date."""
    if kind == "time":
        message = _("This has a time of day: %(text)s. Write the date alone, such as 2026-11-22.")
    elif kind == "unshown" and ISO_DAY.fullmatch(text):
        message = _(
            "The spreadsheet does not show the whole of this date: %(text)s. Format the column as "
            "a date with its year."
        )
    else:
        message = _("This is a number, not a date: %(text)s. Format the column as a date.")
    return message % {"text": text[:40]}


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
