"""Dates as people here read them: the month is a word, so that no two can be confused."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
WEEKDAY_FORMAT = "l j F"
WEEKDAY_YEAR_FORMAT = "l j F Y"
SHORT_DATE_FORMAT = "j M Y"
SHORT_WEEKDAY_FORMAT = "D j M"
SHORT_WEEKDAY_YEAR_FORMAT = "D j M Y"
# Only as HTML sends it: the order of day and month is never guessed.
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
