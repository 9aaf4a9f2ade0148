from datetime import timedelta

import pytest
from django.utils import timezone

from batches.listing.pagination import ROWS_ON_A_PAGE, Page
from batches.models import Batch
from batches.models.batch_queryset import BY_ARRIVAL, BatchQuerySet
from conftest import MakeBatch

NEWEST_FIRST = Batch.objects.newest_first()


def page(chosen: BatchQuerySet = NEWEST_FIRST, **given: str) -> Page:
    return Page.from_query(chosen.all(), BY_ARRIVAL, given, Batch.objects.all())


@pytest.fixture
def batches(make_batch: MakeBatch) -> list[Batch]:
    """Two pages and a half, the newest first; an import has put many into one moment."""
    made = [make_batch(number // 40) for number in range(5 * ROWS_ON_A_PAGE // 2)]
    Batch.objects.filter(arrival_date=timezone.localdate()).update(created_at=timezone.now())
    return list(Batch.objects.filter(pk__in=[it.pk for it in made]).newest_first())


@pytest.mark.parametrize("chosen", [NEWEST_FIRST, Batch.objects.sorted_newest_first()])
def test_older_pages_and_newer_ones_hold_each_row_once(
    batches: list[Batch], chosen: BatchQuerySet
) -> None:
    down = [page(chosen)]
    while down[-1].has_older:
        down.append(page(chosen, before=down[-1].rows[-1].pk))
    assert [row for it in down for row in it.rows] == batches
    assert [it.has_newer for it in down] == [False, True, True]
    up = page(chosen, after=down[2].rows[0].pk)
    assert (up.rows, up.has_newer, up.has_older) == (down[1].rows, True, True)
    top = page(chosen, after=up.rows[0].pk)
    assert (top.rows, top.has_newer, top.has_older) == (down[0].rows, False, True)


def test_what_comes_in_meanwhile_moves_no_page(batches: list[Batch], make_batch: MakeBatch) -> None:
    make_batch()
    second = page(before=batches[ROWS_ON_A_PAGE - 1].pk)
    assert second.rows == batches[ROWS_ON_A_PAGE : 2 * ROWS_ON_A_PAGE]


def test_above_the_second_page_is_all_that_is_newest(
    batches: list[Batch], make_batch: MakeBatch
) -> None:
    newest = make_batch(created_at=timezone.now() + timedelta(seconds=1))
    above = page(after=batches[ROWS_ON_A_PAGE - 1].pk)
    assert newest in above.rows
    assert not above.has_newer


def test_a_list_that_one_page_holds_says_so(make_batch: MakeBatch) -> None:
    for _ in range(ROWS_ON_A_PAGE):
        make_batch()
    assert page().is_all
    make_batch()
    assert not page().is_all


def test_before_the_last_row_nothing_is_left(batches: list[Batch]) -> None:
    assert page(before=batches[-1].pk).rows == page().rows
