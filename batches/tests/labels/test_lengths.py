import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches.labels.custom_stock.lengths import read_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("63.5", 63.5),
        ("63,5", 63.5),
        (" 70 ", 70),
        (".5", 0.5),
        ("2 5/8", 2.625),
        ("2-5/8", 2.625),
        ('3/4"', 0.75),
        ("2,5″", 2.5),
    ],
)
def test_a_length_is_read_as_people_write_it(text: str, length: float) -> None:
    assert read_length(text) == length


@pytest.mark.parametrize(
    "text", ["", "-1", "1/0", "1e9", "nan", "inf", "6 3", "12 mm", "1.2.3", "٣"]
)
def test_what_is_no_length_is_none(text: str) -> None:
    assert read_length(text) is None


@given(st.text(max_size=30))
def test_any_text_is_a_length_of_0_or_more_or_none(text: str) -> None:
    length = read_length(text)
    assert length is None or 0 <= length < 1_000_000
