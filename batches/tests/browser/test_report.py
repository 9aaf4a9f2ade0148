"""The report as it is seen, heard and printed."""

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone

from batches.models import Batch
from conftest import MakeBatch, NewPage

pytestmark = pytest.mark.browser

STATES: dict[str, dict[str, Any]] = {
    "fresh": {},
    "caution": {"days_on_shelf": 3},
    "expired": {"days_on_shelf": 9},
    "past its use-by date": {"days_on_shelf": 1, "use_by": -1},
    "recalled": {"recalled_at": 0, "recall_reason": "Glass was found in one pack. " * 8},
    "off the shelf": {"days_on_shelf": 2, "removed_on": 0},
}


@pytest.fixture(params=STATES)
def batch(request: Any, make_batch: MakeBatch) -> Batch:
    fields = dict(STATES[request.param])
    today = timezone.localdate()
    for name in fields.keys() & {"use_by", "removed_on"}:
        fields[name] = today + timedelta(days=fields[name])
    if "recalled_at" in fields:
        fields["recalled_at"] = timezone.now()
    return make_batch(**fields)


def test_a_phone_shows_the_answer_without_scrolling(new_page: NewPage, batch: Batch) -> None:
    page = new_page(360, 740)
    page.goto(f"/batch/{batch.pk}")
    for part in (".product", "h1", ".verdict p", ".days b"):
        box = page.locator(part).first.bounding_box()
        assert box
        assert 0 <= box["y"] <= 740 - box["height"]
    word = page.locator("h1 > span").evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    assert word >= 40  # pixels: read at arm's length


def test_it_is_heard_status_first_in_sentences(new_page: NewPage, make_batch: MakeBatch) -> None:
    page = new_page()
    page.goto(f"/batch/{make_batch(1, batch_identifier='A-1').pk}")
    heard = page.locator("main").aria_snapshot().replace('"', "")
    assert (
        heard
        == """\
- main:
  - 'heading Fresh : Chicken [level=1]'
  - paragraph:
    - strong: Good to buy.
    - text: Counts as fresh through tomorrow, Monday 23 November.
  - paragraph: Corner Butcher
  - paragraph: Chicken
  - paragraph: 1 day on the shelf
  - heading Shelf life [level=2]
  - list:
    - listitem: Fresh from Sat 21 Nov
    - listitem: Caution from Tue 24 Nov
    - listitem: Expired from Thu 26 Nov
  - heading This batch [level=2]
  - term: Batch
  - definition: A-1
  - term: Butchered
  - definition: 21 November 2026
  - term: Arrived
  - definition: 21 November 2026
  - heading At home [level=2]
  - paragraph: Keep at 4 °C or colder. Cook it through.
  - paragraph: Stated by Corner Butcher, as of Sunday 22 November 2026. """
        + ("If the pack shows an earlier date, the pack counts.")
    )


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_is_printed_on_one_page(new_page: NewPage, batch: Batch, paper: str) -> None:
    page = new_page()
    page.goto(f"/batch/{batch.pk}")
    margin: Any = dict.fromkeys(("top", "right", "bottom", "left"), "15mm")
    assert len(pypdfium2.PdfDocument(page.pdf(format=paper, margin=margin))) == 1


@pytest.mark.parametrize("days", [0, 4, 9])
@pytest.mark.parametrize("size", ["100%", "200%"])
def test_from_the_right_it_is_a_mirror_image(
    new_page: NewPage, make_batch: MakeBatch, right_to_left: None, size: str, days: int
) -> None:
    batch = make_batch(days)
    places = []
    for language in ("en", "ar"):
        page = new_page(320, locale=language)
        page.goto(f"/batch/{batch.pk}")
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        word = page.locator(".timeline text").bounding_box()
        assert word
        assert 0 <= word["x"] <= 320 - word["width"]
        boxes = [rect.bounding_box() for rect in page.locator(".timeline rect").all()]
        places.append([(box["x"], box["x"] + box["width"]) for box in boxes if box])
    from_the_left, from_the_right = places
    mirrored = [(320 - right, 320 - left) for left, right in from_the_left]
    assert from_the_right == [pytest.approx(it, abs=1) for it in mirrored]
