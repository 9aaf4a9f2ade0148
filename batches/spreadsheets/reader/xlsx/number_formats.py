"""What a number shows under a number format (ECMA-376 part 1, 18.8.31), where that is certain.

Decimals and groups of digits show otherwise in another country, long numbers in a narrower column:
of those a cell's text is not known.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
UNKNOWN = "?"  # a format of which it is not known what it shows
LONGEST_FORMAT = 255  # letters, Excel's own
GENERAL_DIGITS = 11  # more are shown as 1.23E+11
EXACT_DIGITS = 15  # more are not stored
COLOUR = re.compile(
    r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d{1,2})\]", re.IGNORECASE
)
ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
LANGUAGE = re.compile(r"\[\$-[^\]]*\]")
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|(?P<bracket>\[[^\]]*\])'
    r"|(?P<general>general)|(?P<noon>am/pm|a/p)|(?P<digit>[0#?])|(?P<day>[dmyhs]+)"
    r"|(?P<text>@)|(?P<plain>[-+ ():$])|(?P<grouping>,)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
RUNS = re.compile(r"d+|m+|y+|h+|s+")
DAYS_SINCE = datetime(1899, 12, 30)
DAYS_OF_1904 = 1462
FIRST_DAY, LAST_DAY = 61, 2_958_465  # 1900-03-01: earlier days are counted in two ways; 9999-12-31
HALF_A_MILLISECOND = 0.0005


@dataclass
class Section:
    """One of the up to four parts of a format, as pairs of a kind and a text."""

    tokens: list[tuple[str, str]] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)  # of a date's letters, such as "yyyy"
    is_certain: bool = True
    has_language: bool = False
    has_condition: bool = False

    def kinds(self) -> list[str]:
        return [kind for kind, _text in self.tokens]

    @property
    def shows_whole_day(self) -> bool:
        letters = {run[0] for run in self.runs}
        return {"d", "m", "y"} <= letters and bool({"d", "dd"} & self.runs)

    @property
    def shows_any_day(self) -> bool:
        return bool({run[0] for run in self.runs} & {"d", "y"}) or bool({"mmm", "mmmm"} & self.runs)


@lru_cache(maxsize=1024)
def sections(code: str) -> list[Section]:
    parts = [Section()]
    for token in TOKEN.finditer(code):
        kind, text = token.lastgroup, token[0]
        if text == ";":
            parts.append(Section())
        else:
            add_token(parts[-1], kind or "other", text, token)
    return parts


def add_token(section: Section, kind: str, text: str, token: "re.Match[str]") -> None:
    if kind in ("quoted", "escaped"):
        section.tokens.append(("literal", token[kind]))
    elif kind == "plain":
        section.tokens.append(("literal", text))
    elif kind == "space":
        section.tokens.append(("literal", " "))
    elif kind == "day" or (kind == "bracket" and ELAPSED.fullmatch(text)):
        section.runs |= set(RUNS.findall(text.lower()))
    elif kind == "bracket":
        add_bracket(section, text)
    elif kind in ("digit", "text", "general", "grouping"):
        section.tokens.append((kind, text))
    elif kind == "noon":
        section.runs.add("h")
    else:
        section.is_certain = False


def add_bracket(section: Section, text: str) -> None:
    if LANGUAGE.fullmatch(text):
        section.has_language = True
    elif not COLOUR.fullmatch(text):
        section.is_certain, section.has_condition = False, True


def number_cell(stored: str, code: str, is_1904: bool) -> list[str]:
    """Return the kind of a cell that holds a number, and what it shows.

    Where what it shows is not certain, the kind is "unshown" and the text what is stored.
    """
    value = float(stored)
    section = section_for(value, code)
    if not math.isfinite(value) or section is None:
        return ["unshown", stored[:40]]
    if section.runs:
        return day_cell(value + DAYS_OF_1904 * is_1904, section)
    if abs(value) >= 10**EXACT_DIGITS:
        return ["inexact", f"{value:.0f}"[:40]]
    digits = f"{value:.{EXACT_DIGITS}g}"  # 0.1 + 0.2 is stored as 0.30000000000000004
    is_whole = digits.lstrip("-").isdigit()
    shown = rendered(int(digits), section, ";" not in code) if is_whole else None
    return ["unshown", digits] if shown is None else ["number", shown]


def section_for(value: float, code: str) -> Section | None:
    parts = sections(code)
    if any(part.has_condition for part in parts) or len(parts) > 4:
        return None
    if value < 0 and len(parts) > 1:
        return parts[1]
    if value == 0 and len(parts) > 2:
        return parts[2]
    return parts[0]


def rendered(number: int, section: Section, has_sign: bool) -> str | None:
    """Return what a whole number shows, or None where that is not certain."""
    kinds = section.kinds()
    has_literal = "literal" in kinds
    if not section.is_certain or section.has_language:
        return None
    if number < 0 and (has_literal or not has_sign):
        return None
    if kinds in (["text"], ["general"]) or sorted(kinds).count("general") == 1:
        return rendered_as_general(number, section)
    if "digit" not in kinds or "text" in kinds or "general" in kinds:
        return None
    return rendered_as_digits(number, section)


def rendered_as_general(number: int, section: Section) -> str | None:
    kinds = set(section.kinds()) - {"literal"}
    if len(kinds) != 1 or len(str(abs(number))) > GENERAL_DIGITS:
        return None
    return "".join(text if kind == "literal" else str(number) for kind, text in section.tokens)


def rendered_as_digits(number: int, section: Section) -> str | None:
    """Fill the places of a format such as `00-00` from the right."""
    places = "".join(text for kind, text in section.tokens if kind == "digit")
    if "?" in places or not (number or "0" in places):
        return None
    if "grouping" in section.kinds() and not groups_nothing(number, section, places):
        return None
    digits = list(str(abs(number)).rjust(len(places)))
    first = section.kinds().index("digit")
    shown: list[str] = []
    for index in reversed(range(len(section.tokens))):
        kind, text = section.tokens[index]
        if kind == "literal":
            shown.append(text)
        elif kind == "digit":
            taken = "".join(digits) if index == first else digits.pop()
            shown.append(taken.replace(" ", "0") if text == "0" else taken.strip())
    return "-" * (number < 0) + "".join(reversed(shown))


def groups_nothing(number: int, section: Section, places: str) -> bool:
    """Whether a format such as `#,##0` shows a number without separators."""
    kinds = section.kinds()
    inner = all(
        kinds[index - 1 : index] == ["digit"] and kinds[index + 1 : index + 2] == ["digit"]
        for index, kind in enumerate(kinds)
        if kind == "grouping"
    )
    return inner and abs(number) < 1000 and places.count("0") <= 3


def day_cell(serial: float, section: Section) -> list[str]:
    """Return a day, a time, or "unshown" where the format shows less than the whole day."""
    if not section.shows_any_day and 0 <= serial <= LAST_DAY:
        moment = DAYS_SINCE + timedelta(seconds=round(serial * 86400))
        return ["time", moment.time().isoformat() if serial < 1 else f"{moment:%Y-%m-%d %H:%M}"]
    if not FIRST_DAY <= serial < LAST_DAY + 1:
        return ["unshown", f"{serial:.15g}"]
    day = DAYS_SINCE + timedelta(days=math.floor(serial))
    seconds = (serial - math.floor(serial)) * 86400
    if seconds > HALF_A_MILLISECOND:
        return ["time", f"{day + timedelta(seconds=round(seconds)):%Y-%m-%d %H:%M}"]
    is_shown = section.shows_whole_day and (section.is_certain or not section.has_condition)
    return ["day" if is_shown else "unshown", f"{day:%Y-%m-%d}"]


def shows_whole_day(code: str) -> bool:
    """Whether a day under this format shows its year, month and day; without one it is ISO."""
    return code == "General" or sections(code)[0].shows_whole_day


def shown_text(text: str, code: str) -> str | None:
    """Return what a cell of text shows, or None where that is not certain."""
    if code in ("General", "@"):
        return text
    parts = sections(code)
    section = parts[3] if len(parts) == 4 else parts[-1]
    if len(parts) > 4:
        return None
    if len(parts) < 4 and "text" not in section.kinds():
        return text
    is_certain = section.is_certain and not section.runs and not section.has_language
    if not is_certain or set(section.kinds()) - {"literal", "text"} or not section.tokens:
        return None
    return "".join(text if kind == "text" else part for kind, part in section.tokens)


def format_codes(custom: dict[int, str], used: Iterator[int]) -> list[str]:
    """Return the format of each cell style; a built-in one that is defined anew is unknown."""
    codes = []
    for number in used:
        code = custom.get(number, BUILT_IN.get(number, UNKNOWN))
        if number in BUILT_IN and code != BUILT_IN[number] and not is_same_kind(code, number):
            code = UNKNOWN
        codes.append(code)
    return codes


def is_same_kind(code: str, number: int) -> bool:
    """Whether both are formats of whole days, of which each program writes its own."""
    return all(part[0].shows_whole_day for part in (sections(code), sections(BUILT_IN[number])))
