import logging
from pathlib import Path

import pytest

from freshness.monitoring.logs import FileOfEvents, PlainLine


def test_no_client_forges_a_line_or_commands_the_terminal() -> None:
    sent = "/x\n2026-11-25 CRITICAL freshness: FORGED \x1b[2J \u202eşç"
    record = logging.LogRecord("django", logging.WARNING, "", 1, "Asked for %s", (sent,), None)
    line = PlainLine("{levelname} {message}", style="{").format(record)
    assert line == (r"WARNING Asked for /x\n2026-11-25 CRITICAL freshness: FORGED \x1b[2J \u202eşç")


@pytest.mark.parametrize("name", ["folder", "no folder/security.log"])
def test_what_cannot_be_written_down_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    handler = FileOfEvents(tmp_path / name, delay=True)
    handler.emit(logging.makeLogRecord({"msg": "logged in"}))
    [said] = caplog.messages
    assert said.startswith(f"{tmp_path / name} is not written to: [Errno ")


def test_nor_does_a_full_disk(caplog: pytest.LogCaptureFixture) -> None:
    handler = FileOfEvents("/dev/full")
    handler.emit(logging.makeLogRecord({"msg": "logged in"}))
    assert caplog.messages == ["/dev/full is not written to: [Errno 28] No space left on device"]
