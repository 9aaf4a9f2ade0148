import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from segno.encoder import evaluate_mask, make_matrix

from batches.barcodes.symbols import in_lines, penalty, symbol_of
from batches.rules.batch_code import ALPHABET, LENGTH

SITES = [
    "http://192.168.1.20:8000/batch/",
    "https://fresh.example.com/batch/",
    f"https://{'a' * 60}.{'b' * 60}.example.com/batch/",
]


def rows_of_segno(text: str) -> list[str]:
    matrix = segno.make_qr(text, error="m", mode="byte").matrix
    return ["".join(map(str, row)) for row in matrix]


@pytest.mark.parametrize("site", SITES)
@settings(deadline=None)
@given(code=st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_the_symbol_of_an_address_is_the_one_that_segno_makes(site: str, code: str) -> None:
    assert symbol_of(site + code).rows() == rows_of_segno(site + code)


@settings(deadline=None, max_examples=20)
@given(text=st.text(st.characters(codec="ascii"), min_size=1, max_size=60))
def test_so_is_the_symbol_of_any_other_text(text: str) -> None:
    assert symbol_of(text).rows() == rows_of_segno(text)


def test_what_no_code_can_carry_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        symbol_of("https://frisch.example.com/batch/ö")


LINES = st.lists(
    st.sampled_from(["0", "1", "0000", "11111", "1011101", "10111011101", "1011101011101"]),
    min_size=21,
).map(lambda it: "".join(it)[:21])


@settings(deadline=None)
@given(lines=st.lists(LINES, min_size=21, max_size=21))
def test_segno_finds_a_symbol_as_hard_to_read(lines: list[str]) -> None:
    judged = make_matrix(21, 21)  # type: ignore[no-untyped-call]
    matrix = [
        bytearray(
            int(module) if is_judged else 0 for module, is_judged in zip(line, row, strict=True)
        )
        for line, row in zip(lines, judged, strict=True)
    ]
    expected = evaluate_mask(matrix, 21, 21)  # type: ignore[no-untyped-call]
    assert penalty(in_lines(matrix), 21) == expected
