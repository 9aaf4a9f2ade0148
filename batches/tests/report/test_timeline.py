from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from batches.report.timeline import Timeline
from batches.rules.shelf_life import ShelfLife, Status

ARRIVED = date(2026, 11, 16)
FRESH, CAUTION, EXPIRED = Status.FRESH, Status.CAUTION, Status.EXPIRED


def timeline(
    day: int, use_by: date | None = None, fresh_days: int = 2, caution_days: int = 4
) -> Timeline:
    life = ShelfLife.from_dates(ARRIVED, use_by, fresh_days=fresh_days, caution_days=caution_days)
    return Timeline.from_shelf_life(ARRIVED, life, ARRIVED + timedelta(days=day))


def test_it_is_drawn_to_scale() -> None:
    drawn = timeline(3)
    assert [(it.status, it.x, it.width, it.is_now) for it in drawn.stretches] == [
        (FRESH, "0%", "50%", False),
        (CAUTION, "50%", "33.33%", True),
        (EXPIRED, "83.33%", "16.67%", False),
    ]
    assert drawn.ends_of_days == ("16.67%", "33.33%", "50%", "66.67%", "83.33%")
    assert drawn.today == "58.33%"


@pytest.mark.parametrize(
    ("day", "place", "anchor"),
    [
        (0, "8.333%", "start"),
        (1, "25%", "middle"),
        (4, "75%", "middle"),
        (5, "91.67%", "end"),
        (10, "95.45%", "end"),
        (11, "95.83%", "end"),
        (500, "95.83%", "end"),
    ],
)
def test_today_stands_in_the_middle_of_its_day_and_at_last_at_the_end(
    day: int, place: str, anchor: str
) -> None:
    assert (timeline(day).today, timeline(day).anchor) == (place, anchor)


@pytest.mark.parametrize(
    ("use_by", "said"),
    [
        (None, [FRESH, CAUTION, EXPIRED]),
        (ARRIVED + timedelta(days=3), [FRESH, CAUTION, EXPIRED]),
        (ARRIVED + timedelta(days=2), [FRESH, EXPIRED]),
        (ARRIVED, [FRESH, EXPIRED]),
        (ARRIVED - timedelta(days=1), [EXPIRED]),
        (ARRIVED - timedelta(days=30), [EXPIRED]),
    ],
)
def test_a_use_by_date_cuts_it_short(use_by: date | None, said: list[Status]) -> None:
    assert [it.status for it in timeline(1, use_by).stretches] == said


def test_many_days_are_not_marked_one_by_one() -> None:
    assert timeline(3, fresh_days=100, caution_days=200).ends_of_days == ()


@given(
    st.integers(-5, 9000),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 3650),
    st.integers(0, 3650),
)
def test_it_is_whole_and_says_what_the_rule_says(
    day: int, use_by: date | None, fresh_days: int, more_days: int
) -> None:
    drawn = timeline(day, use_by, fresh_days, fresh_days + more_days)
    begins = [float(it.x.rstrip("%")) for it in drawn.stretches]
    widths = [float(it.width.rstrip("%")) for it in drawn.stretches]
    assert begins == sorted(begins)
    assert begins[0] == 0
    assert sum(widths) == pytest.approx(100, abs=0.1)
    assert 0 < float(drawn.today.rstrip("%")) < 100
    life = ShelfLife.from_dates(
        ARRIVED, use_by, fresh_days=fresh_days, caution_days=fresh_days + more_days
    )
    today = ARRIVED + timedelta(days=max(day, 0))
    now = life.status(today)
    place = float(drawn.today.rstrip("%"))
    [stretch] = [it for it in drawn.stretches if it.status == now]
    begin, width = float(stretch.x.rstrip("%")), float(stretch.width.rstrip("%"))
    assert begin - 0.1 <= place <= begin + width + 0.1


def test_it_is_well_formed_and_its_words_are_a_list() -> None:
    context = {"timeline": timeline(3), "today": ARRIVED}
    html = render_to_string("batches/report/_timeline.html", context)
    drawn = ElementTree.fromstring(html)
    assert len(drawn.findall("svg/rect")) == 3
    assert [" ".join("".join(it.itertext()).split()) for it in drawn.findall("ol/li")] == [
        "Fresh from Mon 16 Nov",
        "Caution from Thu 19 Nov",
        "Expired from Sat 21 Nov",
    ]
