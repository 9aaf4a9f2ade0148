"""As in `en`: what each is for stands there."""

DATE_FORMAT = r"j \d\e F \d\e Y"
DATETIME_FORMAT = r"j \d\e F \d\e Y, H:i"
WEEKDAY_FORMAT = r"l j \d\e F"
WEEKDAY_YEAR_FORMAT = r"l j \d\e F \d\e Y"
SHORT_WEEKDAY_FORMAT = r"D j \d\e F"
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
