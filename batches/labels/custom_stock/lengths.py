"""Lengths as people write them: 63.5, 63,5 or, in inches, 2 5/8."""

import re

FRACTION = re.compile(r"(?:(\d{1,4})[\s-]+)?(\d{1,4})/(\d{1,4})", re.ASCII)
DECIMAL = re.compile(r"\d{1,5}(?:[.,]\d{0,6})?|[.,]\d{1,6}", re.ASCII)


def read_length(text: str) -> float | None:
    """The number somebody wrote, in whatever unit they mean; None where it is none."""
    text = text.strip().strip('"″').strip()
    if match := FRACTION.fullmatch(text):
        whole, above, below = (int(part or 0) for part in match.groups())
        return whole + above / below if below else None
    return float(text.replace(",", ".")) if DECIMAL.fullmatch(text) else None
