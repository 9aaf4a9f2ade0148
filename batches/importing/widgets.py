"""What a cell means, by the kind of its column. Each raises ValueError, whose words say why not."""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from import_export import widgets

from accounts.text import HIDDEN

from ..cells import as_it_was

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

# What a spreadsheet shows in the place of a value, in any language: most errors have a sign at both
# ends; signs alone stand for what is too wide for its column.
ERROR_WORD = re.compile(
    r"#[¡¿]?[^\W\d_][\w/.]*[!?]|#(N/A|N/D|N/DISP|NV|NA|YOK|GETTING_DATA|OBTENIENDO_DATOS|VERİ_ALINIYOR)"
    r"|#{3,}|(Err|Error|Hata):\d{3}|(Loading|Cargando|Yükleniyor)(\.{3}|…)",
    re.IGNORECASE,
)
# What nobody sees inside a value, or takes for a space. Joiners stay where they join emoji or the
# letters of scripts that are written with them.
HIDDEN_INSIDE = re.compile(
    f"{HIDDEN.pattern}|[\xa0\u061c\u1680\u2000-\u200a\u200e\u200f\u202f\u205f\u2065\u206a-\u206f\u2800\u3000]"
    "|(?<=[\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u024f])"
)

Value = str | list[str]


def kind_and_text(value: Value) -> tuple[str, str]:
    """Its kind is "untyped" in a file that has no kinds: there it may have been text or not."""
    kind, text = ("untyped", value) if isinstance(value, str) else value
    if kind == "formula":
        words = _(
            "This is a formula. Copy the column, paste it as values only, and save the file again."
        )
        raise ValueError(words)
    if kind == "error" or (kind in ("untyped", "text") and ERROR_WORD.fullmatch(text)):
        raise ValueError(_("The spreadsheet shows an error here: %(error)s.") % {"error": text})
    if kind == "merged":
        raise ValueError(_("This cell is merged with another. Unmerge it, and fill in each row."))
    if kind == "long":
        raise ValueError(_("This text is far too long: %(text)s…") % {"text": text[:40]})
    return kind, as_it_was(text).strip() if kind in ("untyped", "text") else text


def shown_text(value: Value) -> tuple[str, str]:
    """Return the kind and the text of a cell in a column of text.

    Raises ValueError where it is not certain what the spreadsheet shows there.
    """
    kind, text = kind_and_text(value)
    if kind == "unshown":
        words = _(
            "The spreadsheet holds %(text)s here, and it is not certain what it shows. Format the "
            "column as text, type it again, and save it as Excel (.xlsx)."
        )
        raise ValueError(words % {"text": text[:40]})
    if kind == "boolean":
        words = _(
            "The spreadsheet has made a yes or no of this. Format the column as text, type it "
            "again, and save it as Excel (.xlsx)."
        )
        raise ValueError(words)
    return kind, text


def refuse_hidden(text: str) -> None:
    if HIDDEN_INSIDE.search(text):
        words = _(
            "This holds hidden characters, such as a line break. Type it again rather than "
            "paste it."
        )
        raise ValueError(words)


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
