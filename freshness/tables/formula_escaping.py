"""What stands in one cell of a table: as it is written, and as it is read again."""

import re

BEGINS_A_FORMULA = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")
# In half of Europe a spreadsheet takes a semicolon for the end of a cell.
AFTER_A_SEPARATOR = re.compile(r"(;\s*)(?='*[=+\-@＝＋－＠])")
HARMLESS_AFTER_ONE = re.compile(r"(;\s*)'(?='*[=+\-@＝＋－＠])")


def harmless(value: object) -> str:
    """The value as a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    if text.lstrip("'").startswith(BEGINS_A_FORMULA):
        text = f"'{text}"
    return AFTER_A_SEPARATOR.sub(r"\1'", text)


def as_it_was(text: str) -> str:
    """What `harmless` was given."""
    text = HARMLESS_AFTER_ONE.sub(r"\1", text)
    if text.startswith("'") and text.lstrip("'").startswith(BEGINS_A_FORMULA):
        return text[1:]
    return text


def never_misread(value: object) -> object:
    """The value for a cell that knows its own type, unless `as_it_was` would make less of it."""
    is_safe = not isinstance(value, str) or as_it_was(value) == value
    return value if is_safe else harmless(value)
