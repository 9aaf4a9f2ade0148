"""Names and lots that look as if a spreadsheet had made them: dates, numbers, true or false.

A spreadsheet reads 012 as 12, 1-2 as a date, 12E3 as 1,20E+04; and shows it in its own language.
"""

import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ...models.case_folding import folded
from ..dates.formats import YEAR_FIRST, numeric_readings, split_time, year_month_day_by_name
from ..dates.month_names import MONTH_NUMBER, without_marks

EXACT_DIGITS = 15  # of a number that a spreadsheet keeps; the rest it makes zeros
LONGEST = 60  # characters of what a spreadsheet makes
DIGITS = r"(?:[0-9]+|[0-9]{1,3}(?:[., '][0-9]{3})+)"
NUMBER = rf"[-+]?{DIGITS}(?:[.,][0-9]+)?"
CURRENCY = r"(?:[₺€$£¥]|tl|try|eur|usd|gbp)"
WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
DECIMAL = re.compile(
    rf"[-+]?(?:0|[1-9][0-9]*)?[.,][0-9]+|[-+]?[1-9][0-9]{{0,2}}(?:[., '][0-9]{{3}})+(?:[.,][0-9]+)?"
    rf"|\({DIGITS}(?:[.,][0-9]+)?\)|\+[0-9]+"
)
SCIENTIFIC = re.compile(r"[-+]?[0-9](?:[.,][0-9]+)?e[+-][0-9]+")
PERCENT = re.compile(rf"{NUMBER} ?%|% ?{NUMBER}")
MONEY = re.compile(rf"-?{CURRENCY} ?{NUMBER}|{NUMBER} ?{CURRENCY}")
TIME = re.compile(r"[0-9]{1,4}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?(?:[ap]\.? ?m\.?|öö|ös))?")
TRUTH = {
    **dict.fromkeys(("true", "doğru", "verdadero", "wahr", "vrai"), True),
    **dict.fromkeys(("false", "yanliş", "falso", "falsch", "faux"), False),
}
# Small letters and capitals as spreadsheets write them: MAR-01 is somebody's own lot.
MONTH = (
    "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
    "|ene|feb|mar|abr|may|jun|jul|ago|sep|sept|oct|nov|dic"
    "|Oca|Şub|Mar|Nis|May|Haz|Tem|Ağu|Eyl|Eki|Kas|Ara)"
)
DAY_AND_MONTH = re.compile(
    rf"[0-9]{{1,2}}[-. /]{MONTH}\.?|{MONTH}\.?[-. /][0-9]{{1,4}}"
    rf"|[0-9]{{1,2}}[-. /]{MONTH}\.?[-. /](?:[0-9]{{4}}|[0-9]{{2}})"
)


class Look(StrEnum):
    DATE = "date"
    TIME = "time"
    WHOLE = "whole number"
    DECIMAL = "number"
    SCIENTIFIC = "long number"
    PERCENT = "percentage"
    MONEY = "amount of money"
    TRUTH = "true or false"


LABELS: dict[Look, Promise] = {
    Look.DATE: _("looks like a date"),
    Look.TIME: _("looks like a time"),
    Look.WHOLE: _("looks like a number"),
    Look.DECIMAL: _("looks like a number"),
    Look.SCIENTIFIC: _("looks like a shortened number"),
    Look.PERCENT: _("looks like a percentage"),
    Look.MONEY: _("looks like an amount of money"),
    Look.TRUTH: _("looks like “true” or “false”"),
}


def look_of(text: str) -> Look | None:
    """What a spreadsheet may have taken `text` for, if it looks as it would write that."""
    if len(text) > LONGEST:
        return None
    small = folded(text)
    if small in TRUTH:
        return Look.TRUTH
    if is_date(text):
        return Look.DATE
    for look, pattern in (
        (Look.WHOLE, WHOLE),
        (Look.DECIMAL, DECIMAL),
        (Look.SCIENTIFIC, SCIENTIFIC),
        (Look.PERCENT, PERCENT),
        (Look.MONEY, MONEY),
        (Look.TIME, TIME),
    ):
        if pattern.fullmatch(small):
            return look
    return None


def is_date(text: str) -> bool:
    day_text, _time = split_time(text)
    return bool(DAY_AND_MONTH.fullmatch(day_text) or days_in(day_text))


def days_in(text: str) -> set[tuple[int, int]]:
    """Month and day, in each order in which `text` can be read as a date; empty if it is none."""
    day_text, _time = split_time(text)
    if match := YEAR_FIRST.fullmatch(day_text):
        month, day = int(match[3]), int(match[4])
        return {pair for pair in ((month, day), (day, month)) if is_day(*pair)}
    if readings := numeric_readings(day_text):
        return {(day.month, day.day) for day in readings.values()}
    if named := year_month_day_by_name(day_text):
        return {named[1:]}
    if DAY_AND_MONTH.fullmatch(day_text):
        name, number = sorted(re.findall(r"[a-z]+|[0-9]+", without_marks(day_text)))[::-1][:2]
        return {(MONTH_NUMBER[name], int(number))}
    return set()


def is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def is_mangled(was: str, text: str) -> bool:
    """Whether `text` looks as a spreadsheet might have written it where `was` stood.

    A date is no slip for another date, nor a number for another number.
    """
    look = look_of(text)
    if look is None or was == text:
        return False
    return look != look_of(was) or is_same_value(look, was, text)


def is_same_value(look: Look, was: str, text: str) -> bool:
    if look == Look.TRUTH:
        return True
    if look == Look.DATE:
        return bool(days_in(was) & days_in(text))
    numbers = numbers_in(was) & numbers_in(text)
    rounded = len(was) == len(text) > EXACT_DIGITS and was[:12] == text[:12]
    return bool(numbers) or rounded or look == Look.SCIENTIFIC


def numbers_in(text: str) -> set[Decimal]:
    """The number in `text`, whether its point or its comma stands before the decimals."""
    plain = re.sub(r"[^0-9.,eE+-]", "", text)
    numbers = set()
    for point, other in ((".", ","), (",", ".")):
        with suppress(InvalidOperation):
            numbers.add(Decimal(plain.replace(other, "").replace(point, ".")))
    return numbers
