import logging

from accounts.text import HIDDEN


class PlainLine(logging.Formatter):
    """One line for each record, whatever a client sent: none looks like two, or like another."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return HIDDEN.sub(lambda sign: ascii(sign[0])[1:-1], super().formatMessage(record))
