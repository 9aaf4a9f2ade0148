"""What a cell means, by the kind of its column. Each raises ValueError, whose words say why not."""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from import_export import widgets

from accounts.text import HIDDEN

from ..cells import as_it_was
from ..models.folded import folded
from .dates import read_date
from .lookalikes import Look, look_of

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")
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
