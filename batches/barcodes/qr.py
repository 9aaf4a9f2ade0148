import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import segno
from django.utils.safestring import SafeString, mark_safe

from ..rules.batch_code import LENGTH

QUIET_ZONE = 4  # modules, on every side: ISO/IEC 18004
BLACK = re.compile("1+")
DIGITS = bytes.maketrans(b"\0\1", b"01")


@dataclass(frozen=True)
class QRCode:
    """A QR code as a drawing. `rows` are its modules, 1 is black, without the quiet zone."""

    rows: tuple[str, ...]

    @property
    def modules(self) -> int:
        """Its side in modules, quiet zone included."""
        return len(self.rows) + 2 * QUIET_ZONE

    @cached_property
    def path(self) -> str:
        """What is black, for an SVG path in units of a module.

        It is one path: modules drawn as shapes of their own leave white hairs between them on some
        printers.
        """
        return "".join(black_runs(self.rows))


@lru_cache(maxsize=2000)
def qr_code(text: str) -> QRCode:
    """The QR code of `text`; recovery is level M, or better if that costs nothing.

    Raises UnicodeEncodeError unless `text` is ASCII.
    """
    content = text.encode("ascii")
    code = segno.make_qr(content, error="m", mode="byte", mask=usual_mask(content[:-LENGTH]))
    return QRCode(tuple(bytes(row).translate(DIGITS).decode() for row in code.matrix))


@lru_cache
def usual_mask(site: bytes) -> int:
    """Return the mask that is best for a code of this site, to be used for all of them.

    To compare all eight (ISO/IEC 18004:2015, 7.8.3) takes five times as long as to draw the code.
    """
    return segno.make_qr(site + b"0" * LENGTH, error="m", mode="byte").mask


def black_runs(rows: Sequence[str]) -> Iterator[str]:
    for y, row in enumerate(rows, start=QUIET_ZONE):
        for run in BLACK.finditer(row):
            begin, end = run.span()
            yield f"M{begin + QUIET_ZONE} {y}h{end - begin}v1h{begin - end}z"


def qr_svg(text: str) -> SafeString:
    """A QR code of `text` as inline SVG: black on its own white ground, quiet zone included."""
    code = qr_code(text)
    side = code.modules
    return mark_safe(  # noqa: S308 - a drawing, in which `text` is not spelled out
        f'<svg class="qr" viewBox="0 0 {side} {side}"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{code.path}"/></svg>'
    )
