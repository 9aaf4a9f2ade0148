"""The names of months and weekdays, as English, Spanish and Turkish write them."""

import unicodedata

from ...models.case_folding import folded

MONTHS = (
    "january enero ocak",
    "february febrero şubat",
    "march marzo mart",
    "april abril nisan",
    "may mayo mayıs",
    "june junio haziran",
    "july julio temmuz",
    "august agosto ağustos",
    "september septiembre setiembre eylül",
    "october octubre ekim",
    "november noviembre kasım",
    "december diciembre aralık",
)
WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri "
    "sat sun lunes martes miércoles jueves viernes sábado domingo lun mié jue vie sáb dom "
    "pazartesi salı çarşamba perşembe cuma cumartesi pazar pzt sal çar per cum cmt paz"
)
LONGER_ABBREVIATIONS = {"sept": 9}


def without_marks(text: str) -> str:
    """`text` in small letters and without accents: "ŞUBAT" and "subat" are the same."""
    letters = unicodedata.normalize("NFD", folded(text))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def month_numbers() -> dict[str, int]:
    """1 to 12 by the name of the month and by its first three letters."""
    numbers = dict(LONGER_ABBREVIATIONS)
    for number, names in enumerate(MONTHS, 1):
        for name in without_marks(names).split():
            numbers |= {name: number, name[:3]: number}
    return numbers


MONTH_NUMBER = month_numbers()
WEEKDAY_NAMES = frozenset(without_marks(WEEKDAYS).split())
