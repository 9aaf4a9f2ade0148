from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches.rules.shelf_life import (
    ShelfLife,
    Status,
    day_of_shop,
    days_on_shelf,
    seconds_left_of_day,
)

ARRIVAL = date(2026, 11, 20)
DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31))
FEW_DAYS = st.integers(0, 60)


def day(number: int) -> date:
    return ARRIVAL + timedelta(days=number)


def life(use_by: date | None = None, fresh_days: int = 2, caution_days: int = 4) -> ShelfLife:
    return ShelfLife.from_dates(ARRIVAL, use_by, fresh_days=fresh_days, caution_days=caution_days)


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (-1, Status.FRESH),
        (0, Status.FRESH),
        (1, Status.FRESH),
        (2, Status.FRESH),
        (3, Status.CAUTION),
        (4, Status.CAUTION),
        (5, Status.EXPIRED),
        (6, Status.EXPIRED),
        (7, Status.EXPIRED),
    ],
)
def test_fresh_to_day_2_caution_to_day_4_expired_from_day_5(days: int, status: Status) -> None:
    assert life().status(day(days)) == status
    assert days_on_shelf(ARRIVAL, day(days)) == days


@pytest.mark.parametrize(
    ("days", "status"),
    [(0, Status.FRESH), (1, Status.FRESH), (2, Status.EXPIRED), (3, Status.EXPIRED)],
)
def test_a_use_by_ends_the_fresh_days_from_the_day_after_it(days: int, status: Status) -> None:
    assert life(use_by=day(1)).status(day(days)) == status


def test_a_use_by_ends_the_days_of_caution() -> None:
    short = life(use_by=day(3))
    assert [short.status(day(n)) for n in (2, 3, 4)] == ["fresh", "caution", "expired"]


def test_a_late_use_by_prolongs_nothing() -> None:
    assert life(use_by=day(30)) == life()


@pytest.mark.parametrize(
    ("days", "last_day"), [(0, day(2)), (2, day(2)), (3, day(4)), (4, day(4)), (5, None)]
)
def test_a_status_lasts_through_the_day_before_it_turns(days: int, last_day: date | None) -> None:
    assert life().lasts_through(day(days)) == last_day


def test_fresh_lasts_through_the_use_by_that_ends_it() -> None:
    assert life(use_by=day(1)).lasts_through(day(0)) == day(1)


@given(DATES, st.none() | DATES, FEW_DAYS, FEW_DAYS, DATES)
def test_the_worst_of_the_shelf_and_the_supplier_wins(
    arrival: date, use_by: date | None, fresh_days: int, more_days: int, today: date
) -> None:
    caution_days = fresh_days + more_days
    planned = ShelfLife.from_dates(
        arrival, use_by, fresh_days=fresh_days, caution_days=caution_days
    )
    days = days_on_shelf(arrival, today)
    if days > caution_days or (use_by is not None and today > use_by):
        assert planned.status(today) == Status.EXPIRED
    elif days > fresh_days:
        assert planned.status(today) == Status.CAUTION
    else:
        assert planned.status(today) == Status.FRESH


@given(DATES, st.none() | DATES, FEW_DAYS, FEW_DAYS, DATES)
def test_what_lasts_through_a_day_is_another_thing_the_day_after(
    arrival: date, use_by: date | None, fresh_days: int, more_days: int, today: date
) -> None:
    planned = ShelfLife.from_dates(
        arrival, use_by, fresh_days=fresh_days, caution_days=fresh_days + more_days
    )
    last_day = planned.lasts_through(today)
    if last_day is None:
        assert planned.status(today) == Status.EXPIRED
    else:
        assert planned.status(last_day) == planned.status(today)
        assert planned.status(last_day + timedelta(days=1)) != planned.status(today)


@pytest.mark.parametrize(
    ("latest_arrival", "expected"), [(None, 0), (-1, 0), (0, 0), (1, 1), (400, 400)]
)
def test_the_shops_day_is_never_before_a_batch_has_arrived(
    latest_arrival: int | None, expected: int
) -> None:
    arrived = None if latest_arrival is None else day(latest_arrival)
    assert day_of_shop(day(0), arrived) == day(expected)


@pytest.mark.parametrize(
    ("zone", "now", "seconds"),
    [
        ("Europe/Istanbul", datetime(2026, 11, 22, 0, 0, 0), 86_400),
        ("Europe/Istanbul", datetime(2026, 11, 22, 23, 59, 59), 1),
        ("Europe/Istanbul", datetime(2026, 11, 22, 23, 59, 59, 500_000), 0),
        # Clocks go forward, and back, at 02:00 or 03:00 of these days.
        ("Europe/Berlin", datetime(2026, 3, 29, 0, 0, 0), 82_800),
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 0, 0), 90_000),
        # In Cairo and Beirut the clocks go forward at midnight itself: the day begins at 01:00.
        ("Africa/Cairo", datetime(2026, 4, 23, 23, 0, 0), 3_600),
        # In Havana the hour from midnight comes twice, on one and the same day.
        ("America/Havana", datetime(2026, 11, 1, 0, 0, 0, fold=0), 90_000),
    ],
)
def test_the_day_ends_at_the_shops_own_midnight(zone: str, now: datetime, seconds: int) -> None:
    assert seconds_left_of_day(now.replace(tzinfo=ZoneInfo(zone))) == seconds
