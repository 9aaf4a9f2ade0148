"""Dates as people here read them: the month is a word, so that no two can be confused."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
