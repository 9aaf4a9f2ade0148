"""What a label says, in words."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Batch
from ..rules.label_fields import FIELDS
from .text_width import Line

PRODUCT_SCALES = (1.6, 1.4, 1.2, 1.0)  # a long name is smaller, before all of it is
CODE_SCALE, SHOP_SCALE = 1.25, 0.9
SAMPLE_CODE = "7K3QF 9XM2A"

Lines = tuple[Line, ...]


def lines_of(batch: Batch, fields: Iterable[str], shop_name: str) -> Lines:
    """What the label of `batch` says, in order."""
    lines = lines_saying(
        fields,
        product=batch.product.name,
        batch_identifier=batch.batch_identifier,
        butcher_date=batch.butcher_date,
        arrival_date=batch.arrival_date,
        use_by=batch.use_by,
        shop=shop_name,
        code=batch.spelled_code(),
    )
    warning = batch.label_warning()
    return (Line("warning", warning), *lines) if warning else lines


def sample(fields: Iterable[str], shop_name: str) -> Lines:
    """What a usual label says: by it the code is made as large as such words allow."""
    day = date(2026, 9, 30)
    return lines_saying(
        fields,
        product="Chicken thighs",
        batch_identifier="260930-01",
        butcher_date=day,
        arrival_date=day,
        use_by=day,
        shop=shop_name,
        code=SAMPLE_CODE,
    )


def lines_saying(
    fields: Iterable[str],
    *,
    product: str,
    batch_identifier: str,
    butcher_date: date,
    arrival_date: date,
    use_by: date | None,
    shop: str,
    code: str,
) -> Lines:
    """The code's letters, before them what is among `fields`, and the shop's name last.

    All in the shop's language, whoever prints: customers read it.
    """
    language = settings.LANGUAGE_CODE
    with override(language):
        said = {
            "product": product,
            "batch_identifier": _("Batch %(batch)s") % {"batch": batch_identifier},
            "butcher_date": _("Butchered %(day)s") % {"day": short(butcher_date, language)},
            "arrival_date": _("Arrived %(day)s") % {"day": short(arrival_date, language)},
            "use_by": _("Use by %(day)s") % {"day": short(use_by, language)} if use_by else "",
            "shop": shop,
        }
    lines = [Line(field, said[field]) for field in FIELDS if field in fields and said[field]]
    last = [replace(line, scale=SHOP_SCALE) for line in lines if line.field == "shop"]
    first = [line for line in lines if line.field != "shop"]
    largest = with_product(tuple(first), PRODUCT_SCALES[0])
    return (*largest, Line("code", code, CODE_SCALE, is_whole=True), *last)


def with_product(lines: Lines, scale: float) -> Lines:
    """`lines` with the product's name in type of another scale."""
    return tuple(replace(it, scale=scale) if it.field == "product" else it for it in lines)


@lru_cache(maxsize=1024)
def short(day: date, language: str) -> str:
    """The date with its month as a word, and as short as that can be."""
    with override(language):
        return date_format(day, "SHORT_DATE_FORMAT")
