"""Dates as people here read them: the month is a word, so that no two can be confused."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
# Only as HTML sends it: the order of day and month is never guessed.
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
