import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batches.rules import label_stock
from batches.rules.label_stock import TRANSLATED, Place, Stock, ready_made

EVERY_STOCK = list(ready_made().values())
L7160 = ready_made()["avery-l7160"]


def test_each_stock_names_where_its_measures_come_from() -> None:
    entries = json.loads(
        (Path(label_stock.__file__).parent / "label_stock.json").read_text(encoding="utf-8")
    )
    assert len(entries) == len(ready_made()) == 48
    assert all(entry["sources"] and all(entry["sources"]) for entry in entries)


@pytest.mark.parametrize("it", EVERY_STOCK, ids=lambda it: it.key)
def test_all_labels_of_a_stock_lie_on_its_page_and_apart(it: Stock) -> None:
    assert list(it.faults()) == []
    last = it.places()[-1]
    assert last.number == it.capacity == it.grid[0] * it.grid[1]
    assert last.left + it.label[0] == pytest.approx(it.end(0), abs=0.01)
    assert last.top + it.label[1] == pytest.approx(it.end(1), abs=0.01)


def test_places_are_numbered_row_by_row_and_nudged_together() -> None:
    assert L7160.places()[0] == Place(1, *L7160.margin)
    plain = [(place.left, place.top) for place in L7160.places()]
    nudged = [(place.left, place.top) for place in L7160.places((0.3, -0.2))]
    assert nudged == [(round(x + 0.3, 3), round(y - 0.2, 3)) for x, y in plain]
    assert [[it.number for it in row] for row in L7160.rows_of_places()][:2] == [
        [1, 2, 3],
        [4, 5, 6],
    ]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        (
            {"pitch": (63.4, 38.1)},
            "pitch_x",
            "Labels would overlap: a label measures 63.5 mm (2.5 in)",
        ),
        ({"pitch": (66.04, 38.0)}, "pitch_y", "the next one begins after 38 mm (1.496 in)"),
        ({"margin": (20, 15)}, "margin_left", "would end at 215"),
        ({"margin": (7, 40)}, "margin_top", "and the page at 297 mm"),
        ({"grid": (1, 1), "margin": (0, 0), "label": (211, 40)}, "page_width", "211 mm"),
    ],
)
def test_measures_that_cannot_be_are_named(changes: dict[str, Any], field: str, words: str) -> None:
    faults = dict(replace(L7160, **changes).faults())
    assert list(faults) == [field]
    assert words in str(faults[field])


def test_measures_in_inches_may_be_off_by_their_rounding() -> None:
    letter = replace(L7160, page=(215.9, 279.4), grid=(2, 1), label=(107.954, 50), margin=(0, 0))
    assert list(replace(letter, pitch=(107.95, 50)).faults()) == []


def test_what_is_printed_stays_where_a_printer_reaches() -> None:
    edge_to_edge = ready_made()["zweckform-3474"]
    left, _, right, _ = edge_to_edge.insets()
    assert [left, right] == pytest.approx([25.4 / 6, 25.4 / 6])
    assert ready_made()["brother-dk-11209"].insets() == pytest.approx((1.55, 3.05, 1.55, 3.05))


def test_a_stock_is_found_by_maker_number_and_size() -> None:
    assert {"avery", "l7160", "63.5x38.1"} <= set(L7160.words.split())
    assert "dk11209" in ready_made()["brother-dk-11209"].words.split()


def test_the_nearest_stock_is_for_the_same_page_and_of_near_size() -> None:
    too_small = ready_made()["avery-5167"]
    others = [it for it in EVERY_STOCK if it != too_small]
    nearest = too_small.nearest(others)
    assert nearest
    assert (nearest.page, nearest.key) == (too_small.page, "onlinelabels-ol5125")
    assert too_small.nearest([]) is None


def test_what_is_translated_is_in_the_list_of_stock() -> None:
    said = {name for it in ready_made().values() for name in (it.maker, it.name)}
    assert set(TRANSLATED) <= said
    assert {it.name for it in ready_made().values() if not it.numbers} <= set(TRANSLATED)
