import logging

from freshness.logs import PlainLine


def test_no_client_forges_a_line_or_commands_the_terminal() -> None:
    sent = "/x\n2026-11-25 CRITICAL freshness: FORGED \x1b[2J \u202eşç"
    record = logging.LogRecord("django", logging.WARNING, "", 1, "Asked for %s", (sent,), None)
    line = PlainLine("{levelname} {message}", style="{").format(record)
    assert line == (r"WARNING Asked for /x\n2026-11-25 CRITICAL freshness: FORGED \x1b[2J \u202eşç")
