"""As in `en`: what each is for stands there."""

DATE_FORMAT = r"j \d\e F \d\e Y"
DATETIME_FORMAT = r"j \d\e F \d\e Y, H:i"
WEEKDAY_FORMAT = r"l j \d\e F"
WEEKDAY_YEAR_FORMAT = r"l j \d\e F \d\e Y"
SHORT_DATE_FORMAT = "j b Y"
SHORT_WEEKDAY_FORMAT = "D j b"
SHORT_WEEKDAY_YEAR_FORMAT = "D j b Y"
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
