import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batches.barcodes.qr import QUIET_ZONE
from batches.labels.layout import LEAST_DOTS, LEAST_MODULE, Box, Layout, arrange, is_room
from batches.labels.text_width import Line, height
from batches.rules.label_stock import MM_PER_INCH, Stock, ready_made

EVERY_STOCK = list(ready_made().values())
MODULES = [29, 33, 37, 41, 45]  # QR codes of version 1 to 5, quiet zone included
LINES = (
    Line("product", "Chicken thighs", 1.6),
    Line("batch_identifier", "Batch 260930-01"),
    Line("arrival_date", "Arrived 30 Sep 2026"),
    Line("use_by", "Use by 30 Sep 2026"),
    Line("code", "7K3QF 9XM2A", 1.25, is_whole=True),
    Line("shop", "Corner Butcher", 0.9),
)


def inside(inner: Box, width: float, height: float, margin: float) -> bool:
    return (
        inner.left >= margin - 1e-6
        and inner.top >= margin - 1e-6
        and inner.left + inner.width <= width - margin + 1e-6
        and inner.top + inner.height <= height - margin + 1e-6
    )


def overlap(one: Box, other: Box) -> bool:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    return across > 1e-6 and down > 1e-6


def assert_sound(layout: Layout, stock: Stock, modules: int, lines: tuple[Line, ...]) -> None:
    found = layout.arrangement
    assert found.module >= LEAST_MODULE
    assert found.code.width == found.code.height == pytest.approx(found.module * modules)
    assert inside(found.code, *stock.label, margin=1)
    assert inside(found.words, *stock.label, margin=1)
    assert not overlap(found.code, found.words)
    black = QUIET_ZONE * found.module
    left, top, right, bottom = stock.insets()
    assert found.code.left + black >= left - 1e-6
    assert found.code.top + black >= top - 1e-6
    assert stock.label[0] - (found.code.left + found.code.width - black) >= right - 1e-6
    assert stock.label[1] - (found.code.top + found.code.height - black) >= bottom - 1e-6
    kept = [line for line in lines if line.field not in layout.left_out]
    em = height(kept, found.words.width / layout.size)
    assert em is not None
    assert em * layout.size <= found.words.height


@pytest.mark.parametrize("modules", MODULES)
@pytest.mark.parametrize("stock", EVERY_STOCK, ids=lambda it: it.key)
def test_code_and_words_stand_on_the_label_and_apart(stock: Stock, modules: int) -> None:
    layout = arrange(stock, modules, LINES)
    if layout:
        assert_sound(layout, stock, modules, LINES)
    else:
        assert min(stock.label) / modules < LEAST_MODULE + 0.2


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(EVERY_STOCK),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=60),
    st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True),
    st.text("Wm i", min_size=1, max_size=60),
)
def test_whatever_the_words_are_they_stay_in_their_place(
    stock: Stock, product: str, identifier: str, shop: str
) -> None:
    lines = (
        Line("warning", "Not for sale"),
        Line("product", product),
        Line("batch_identifier", f"Batch {identifier}"),
        *LINES[2:5],
        Line("shop", shop, 0.9),
    )
    if layout := arrange(stock, 37, lines):
        assert_sound(layout, stock, 37, lines)


@pytest.mark.parametrize("dots_per_inch", [203, 300])
@pytest.mark.parametrize("stock", [it for it in EVERY_STOCK if it.is_roll], ids=lambda it: it.key)
def test_on_a_roll_the_code_is_made_of_whole_dots(stock: Stock, dots_per_inch: int) -> None:
    layout = arrange(stock, 37, LINES, dots_per_inch)
    if layout is None:
        assert stock.key == "brother-dk-11221"  # 203 dpi is not its printer's
        return
    dot = MM_PER_INCH / dots_per_inch
    code = layout.arrangement.code
    assert layout.arrangement.module / dot >= LEAST_DOTS - 1e-6
    for length in (layout.arrangement.module, code.left, code.top, code.width):
        assert length / dot == pytest.approx(round(length / dot), abs=1e-6)


def test_a_printer_is_not_asked_for_larger_modules_than_it_draws() -> None:
    stock = ready_made()["thermal-100x50"]
    unlimited, limited = arrange(stock, 37, LINES, 300), arrange(stock, 37, LINES, 300, 10)
    assert unlimited
    assert limited
    assert unlimited.arrangement.module > 10 * MM_PER_INCH / 300
    assert limited.arrangement.module == pytest.approx(10 * MM_PER_INCH / 300)


def test_a_label_too_small_for_all_words_goes_without_the_least_important() -> None:
    layout = arrange(ready_made()["dymo-30332"], 37, LINES)
    assert layout
    assert layout.left_out == ("shop", "butcher_date", "arrival_date")


def test_a_label_too_small_for_a_code_is_told() -> None:
    assert arrange(ready_made()["avery-5167"], 37, LINES) is None


@pytest.mark.parametrize("stock", EVERY_STOCK, ids=lambda it: it.key)
def test_whether_there_is_room_is_known_without_a_layout(stock: Stock) -> None:
    letters = LINES[4:5]
    for modules in range(29, 70, 4):
        assert is_room(stock, modules, letters) == (arrange(stock, modules, letters) is not None)
