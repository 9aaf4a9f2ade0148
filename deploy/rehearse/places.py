"""The files of deploy/, for a folder and ports of one's own."""

from pathlib import Path

DEPLOY = Path(__file__).resolve().parent.parent


def configuration(name: str, places: dict[str, str]) -> str:
    """A file's text with these in the place of the usual. Raises KeyError where it lacks one."""
    text = (DEPLOY / name).read_text()
    for usual, here in places.items():
        if usual not in text:
            raise KeyError(usual)
        text = text.replace(usual, here)
    return text
