import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches.labels.text_width import Line, char_width, height, width, wrapped


@given(st.text(max_size=80), st.floats(2, 40))
def test_no_row_is_wider_than_it_may_be(text: str, limit: float) -> None:
    assert all(width(row) <= limit + 1e-9 for row in wrapped(text, limit))


@given(st.text(max_size=80), st.floats(2, 40))
def test_no_letter_is_lost_in_wrapping(text: str, limit: float) -> None:
    assert "".join("".join(wrapped(text, limit)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "limit", "rows"),
    [
        ("Beef", 10, ("Beef",)),
        ("Beef mince, lean", 6, ("Beef", "mince,", "lean")),
        ("鸡腿肉鸡腿肉", 4, ("鸡腿肉鸡", "腿肉")),
        ("Donaudampfschiff", 6, ("Donaudam", "pfschiff")),
    ],
)
def test_words_stay_whole_where_they_can(text: str, limit: float, rows: tuple[str, ...]) -> None:
    assert wrapped(text, limit) == rows


def test_a_line_knows_whether_a_word_must_be_broken() -> None:
    assert Line("product", "Donaudampfschiff").breaks(6)
    assert not Line("product", "Beef mince").breaks(6)
    assert Line("product", "Beef mince", scale=2).breaks(6)


def test_a_whole_line_makes_no_second_row() -> None:
    assert height([Line("code", "7K3QF 9XM2A", is_whole=True)], 4) is None
    assert height([Line("code", "7K3QF 9XM2A", is_whole=True)], 7) == pytest.approx(1.2)


@pytest.mark.parametrize("char", ["\u0301", "\u200d", "\ufe0f"])
def test_what_stands_over_or_joins_letters_takes_no_room(char: str) -> None:
    assert char_width(char) == 0
