"""Which batches a page is about, as its links and forms name them."""

from itertools import islice

from django.http import QueryDict

from ..models import Batch
from ..models.batch_queryset import BatchQuerySet
from ..rules.batch_code import read_code

MOST_LOOKED_UP = 5000  # codes: more than any page shows, and no work for a second


def named_codes(given: QueryDict) -> list[str]:
    """The codes of batches, one or more in each `batch`; each once, in order."""
    words = " ".join(given.getlist("batch")).split()
    named = dict.fromkeys(filter(None, map(read_code, words)))
    return list(islice(named, MOST_LOOKED_UP))


def named_batches(batches: BatchQuerySet, codes: list[str]) -> list[Batch]:
    """Those of the codes that are there, in their order."""
    by_code = batches.in_bulk(codes)
    return [by_code[code] for code in codes if code in by_code]
