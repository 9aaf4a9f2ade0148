from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET_ZONE = 4  # modules, on every side: ISO/IEC 18004


@dataclass(frozen=True)
class QRCode:
    """A QR code as a drawing: `modules` is its side in modules, quiet zone included.

    `path` is what is black, for an SVG path in units of a module. It is one path: modules drawn as
    shapes of their own leave white hairs between them on some printers.
    """

    modules: int
    path: str


@lru_cache(maxsize=2000)
def qr_code(text: str) -> QRCode:
    """The QR code of `text`; recovery is level M, or better where that costs no module."""
    code = segno.make_qr(text, error="m")
    return QRCode(len(code.matrix) + 2 * QUIET_ZONE, "".join(black_runs(code.matrix)))


def black_runs(matrix: Sequence[Sequence[int]]) -> Iterator[str]:
    for y, row in enumerate(matrix, start=QUIET_ZONE):
        x = QUIET_ZONE
        for is_black, run in groupby(row):
            length = len(list(run))
            if is_black:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length


def qr_svg(text: str) -> SafeString:
    """A QR code of `text` as inline SVG: black on its own white ground, quiet zone included."""
    code = qr_code(text)
    side = code.modules
    return mark_safe(  # noqa: S308 - a drawing, in which `text` is not spelled out
        f'<svg class="qr" viewBox="0 0 {side} {side}"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{code.path}"/></svg>'
    )
