import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches.rules.batch_code import ALPHABET, LENGTH, new_code, read_code


def test_a_code_is_ten_letters_and_digits_that_nobody_misreads() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) == set(ALPHABET)


@pytest.mark.parametrize(
    "text",
    ["7K1QF9XM0A", "7k1qf9xm0a", "7K1QF 9XM0A", "7k1qf-9xm0a", "7KlQF9XMOA", " 7kiqf 9xmoa "],
)
def test_a_code_is_read_as_a_person_types_it(text: str) -> None:
    assert read_code(text) == "7K1QF9XM0A"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7K1QF9XM0",
        "7K1QF9XM0AA",
        "7K1QF9XM0U",
        "7K1QF9XM0\x00",
        "７K1QF9XM0A",
        "ß" * 5,
        "ı" * 10,
    ],
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert read_code(text) is None


@given(st.text())
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    assert read_code(text) is None or set(read_code(text) or "") <= set(ALPHABET)


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_every_code_reads_as_itself(code: str) -> None:
    assert read_code(code) == code
    assert read_code(code.lower()) == code
