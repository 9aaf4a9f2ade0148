"""As in `en`: what each is for stands there."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
WEEKDAY_FORMAT = "j F l"
WEEKDAY_YEAR_FORMAT = "j F Y l"
SHORT_DATE_FORMAT = "j M Y"
SHORT_WEEKDAY_FORMAT = "j M D"
SHORT_WEEKDAY_YEAR_FORMAT = "j M Y D"
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
