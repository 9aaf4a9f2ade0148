"""Every pair of colours that is read together, measured (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest
from django.conf import settings

TEXT, PARTS = 4.5, 3.0  # the least contrast of letters, and of what else has to be made out
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "quiet", "link") for ground in ("paper", "raised")),
    *((status, "paper", TEXT) for status in ("fresh", "caution", "expired")),
    *((status, "raised", TEXT) for status in ("fresh", "caution", "expired")),
    *((f"on-{it}", f"{it}-ground", TEXT) for it in ("fresh", "caution", "expired", "recalled")),
    ("on-link", "link", TEXT),
    *(("ink", f"ink-{level}", TEXT) for level in (1, 2)),
    *(("paper", f"ink-{level}", TEXT) for level in (3, 4)),
    ("edge", "paper", PARTS),
    ("edge", "raised", PARTS),
    ("print", "sheet", TEXT),
]


def tokens() -> tuple[dict[str, str], dict[str, str]]:
    """The colours by light, and by dark."""
    css = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    light, dark = css.split("@media screen and (prefers-color-scheme: dark)")
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", it)) for it in (light, dark)]
    return colours[0], colours[0] | colours[1]


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_right() -> None:
    assert round(contrast("#000", "#fff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("colours", tokens(), ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_it_can_be_made_out(colours: dict[str, str], ink: str, ground: str, least: float) -> None:
    assert contrast(colours[ink], colours[ground]) >= least
