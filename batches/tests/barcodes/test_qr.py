import io

import pytest
import resvg_py
import segno
import zxingcpp
from PIL import Image

from batches.barcodes.qr import qr_code, qr_svg


def decode(svg: str, width: int = 400) -> str:
    standalone = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    picture = Image.open(
        io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=standalone, width=width)))
    )
    [code] = zxingcpp.read_barcodes(picture.convert("RGB"))
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    return code.text


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.20:8000/batch/7K3QF9XM2A",
        "https://fresh.example.com/batch/7K3QF9XM2A",
        f"https://{'a' * 60}.{'b' * 60}.example.com/batch/7K3QF9XM2A",
    ],
)
def test_a_decoder_reads_what_was_written(url: str) -> None:
    assert decode(qr_svg(url)) == url


def test_the_code_stands_black_on_its_own_white_ground_with_4_quiet_modules() -> None:
    svg = qr_svg("https://fresh.example.com/batch/7K3QF9XM2A")
    ground = '<path fill="#fff" d="M0 0h37v37H0z"/>'  # version 3 has 29 modules a side
    assert 'viewBox="0 0 37 37"' in svg
    assert ground in svg
    assert '<path d="M4 4h7v1h-7z' in svg  # black, from behind the quiet zone on


def test_a_code_says_nothing_but_its_drawing() -> None:
    assert "<script" not in qr_svg('http://x/"><script>alert(1)</script>')


def test_what_no_code_can_carry_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        qr_svg("https://frisch.example.com/batch/ö")


def test_each_code_of_a_site_has_the_mask_that_is_best_for_one_of_them() -> None:
    site = "https://fresh.example.com/batch/"
    best = segno.make_qr(f"{site}0000000000", error="m", mode="byte")
    for code in ("7K3QF9XM2A", "ZZZZZZZZZZ"):
        drawn = segno.make_qr(f"{site}{code}", error="m", mode="byte", mask=best.mask)
        rows = tuple("".join(map(str, row)) for row in drawn.matrix)
        assert qr_code(f"{site}{code}").rows == rows
