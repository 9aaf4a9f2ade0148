"""What a cell means, by the kind of its column. Each raises ValueError, whose words say why not."""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from import_export import widgets

from .cell_text import Value, kind_and_text, refuse_hidden, shown_text

ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?)?")
TWO_ORDERS = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+\d+", re.I)
# As English, Spanish and Turkish spreadsheets write them.
MONTH = (
    "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
    "|ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic"
    "|Oca|Şub|Mar|Nis|May|Haz|Tem|Ağu|Eyl|Eki|Kas|Ara)"
)
# What they make of 1-2 and 02-01; and what they write for a whole date.
MANGLED_DAY = re.compile(
    rf"\d{{1,2}}[-.]{MONTH}|{MONTH}[-.]\d\d|\d{{1,4}}/\d{{1,2}}/\d{{1,4}}|.* 00:00(:00)?"
)
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


class Identifier(widgets.Widget):  # type: ignore[misc]
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> str:
        kind, text = shown_text(value)
        if kind in ("day", "time") or (kind == "untyped" and MANGLED_DAY.fullmatch(text)):
            words = _(
                "The spreadsheet has made a date of this identifier: %(text)s. Format the column "
                "as text, type it again, and save it as Excel (.xlsx)."
            )
            raise ValueError(words % {"text": text})
        if kind == "inexact" or (kind == "untyped" and SCIENTIFIC.fullmatch(text)):
            words = _(
                "The spreadsheet has made a long number of this identifier and lost digits: "
                "%(text)s. Format the column as text, type it again, and save it as Excel (.xlsx)."
            )
            raise ValueError(words % {"text": text})
        refuse_hidden(text)
        return text


class Day(widgets.Widget):  # type: ignore[misc]
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> date | None:
        kind, text = kind_and_text(value)
        if not text:
            return None
        found = ISO_DAY.fullmatch(text) if kind in ("untyped", "text", "day") else None
        if found is None:
            raise ValueError(no_day(kind, text))
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            raise ValueError(_("There is no such date: %(text)s.") % {"text": text}) from None


def no_day(kind: str, text: str) -> str:
    """Why it is not taken for a date."""
    if kind == "time":
        words = _("This has a time of day: %(text)s. Write the date alone, such as 2026-11-22.")
    elif kind == "unshown" and ISO_DAY.fullmatch(text):
        words = _(
            "The spreadsheet does not show the whole of this date: %(text)s. Format the column as "
            "a date with its year."
        )
    elif TWO_ORDERS.fullmatch(text):
        words = _(
            "%(text)s could be read day first or month first. Write it as year-month-day, such as "
            "2026-11-22."
        )
    elif kind in ("number", "unshown", "inexact", "boolean"):
        words = _("This is a number, not a date: %(text)s. Format the column as a date.")
    else:
        words = _("This is no date: %(text)s. Write it as year-month-day, such as 2026-11-22.")
    return words % {"text": text[:40]}


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
        said = text.casefold().replace("i̇", "i").replace("ı", "i")
        if said not in YES | NO:
            raise ValueError(_("Write yes or no, not “%(text)s”.") % {"text": text[:40]})
        return said in YES
