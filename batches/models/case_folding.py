"""Text as it is looked for: the same whatever its capitals and spaces."""

import unicodedata
from typing import Any

from django.db import models

INDEXED = 200  # characters of a text; a database's index takes no more than some 600
Lot = tuple[str, str]  # a supplier and its lot, as `looked_for` has them
LAST = "\U0010ffff"  # the character that comes after all others
# What phones and word processors write for a hyphen and for straight quotation marks.
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212"
APOSTROPHES = "\u2018\u2019\u201b\u02bc\u2032\u00b4\u0060"
QUOTATION_MARKS = "\u201c\u201d\u201e\u201f\u2033"
SMART_PUNCTUATION = str.maketrans(
    dict.fromkeys(HYPHENS, "-")
    | dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(QUOTATION_MARKS, '"')
)


def folded(text: str) -> str:
    """`text` without what the eye does not tell apart: capitals, spaces, ways to write one letter.

    Capitals do not tell the Turkish i with a dot from the one without, so both are one letter
    here, in every language. SQLite's LOWER knows only ASCII, hence not in the database.
    """
    small = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    one_i = small.replace("ı", "i").replace("i\N{COMBINING DOT ABOVE}", "i")
    return " ".join(one_i.split())


def looked_for(text: str) -> str:
    """`text` as a FoldedField has it: folded, and with a keyboard's hyphens and quotation marks."""
    return folded(text.translate(SMART_PUNCTUATION))[:INDEXED]


def lot_key(supplier: str, supplier_lot: str) -> Lot | None:
    """Return what the batches of one supplier's lot have in common; None unless both are known."""
    lot = looked_for(supplier), looked_for(supplier_lot)
    return lot if all(lot) else None


def beginning_with(field: str, text: str) -> models.Q:
    """Those of which `field`, a FoldedField, begins with `text`: a stretch of its index."""
    beginning = looked_for(text)
    return models.Q(**{f"{field}__gte": beginning, f"{field}__lt": beginning + LAST})


class FoldedField(models.TextField):
    """What `looked_for` made of another field; ordered by code point, in every database alike."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
