"""The text that a cell shows, or why it is not certain. Each raises ValueError with a sentence."""

import re

from django.utils.translation import gettext as _

from freshness.config.validators import HIDDEN
from freshness.tables.formula_escaping import as_it_was

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
