from functools import lru_cache

import segno
from django.utils.safestring import SafeString, mark_safe


@lru_cache(maxsize=1000)
def qr_svg(text: str) -> SafeString:
    """A QR code of `text` as inline SVG: black on its own white ground, quiet zone included.

    The quiet zone is 4 modules wide (ISO/IEC 18004); recovery is level M, or better where that
    costs no module.
    """
    code = segno.make_qr(text, error="m")
    return mark_safe(  # noqa: S308 - segno's drawing, in which `text` is not spelled out
        code.svg_inline(
            border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
        )
    )
