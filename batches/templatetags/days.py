"""Days as a sentence names them."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def in_short(day: date, today: date) -> str:
    """The day with its weekday, short enough for a list; with its year where that differs."""
    is_this_year = day.year == today.year
    return date_format(day, f"SHORT_WEEKDAY_{'' if is_this_year else 'YEAR_'}FORMAT")


@register.filter
def in_words(day: date, today: date) -> str:
    """The day with its weekday, and with its year where that differs; near days by name too.

    Not by that alone: a page may be read on a later day than it was made.
    """
    is_this_year = day.year == today.year
    dated = date_format(day, f"WEEKDAY_{'' if is_this_year else 'YEAR_'}FORMAT")
    near = {
        -1: _("yesterday, %(day)s"),
        0: _("today, %(day)s"),
        1: _("tomorrow, %(day)s"),
    }
    far = pgettext("a day in a sentence, as in “through Tuesday 24 November”", "%(day)s")
    return near.get((day - today).days, far) % {"day": dated}
