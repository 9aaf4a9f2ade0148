"""The rows of a file that are of a supplier's lot that stands recalled."""

import json
from hashlib import sha256
from typing import Any

from django.utils import timezone

from ...models import Batch, Import, Recall
from ...models.bulk import pieces
from ...models.case_folding import Lot, lot_key
from ...models.recalled_lots import is_reached, standing_recalls


class RecalledRows:
    """Which recall the batches of a file's rows join. A row is told from others by its `key`."""

    def __init__(self) -> None:
        self.lots: dict[str, Lot] = {}
        self.codes: dict[str, str] = {}  # of batches that are there; others get theirs when saved
        self.shown: dict[str, int] = {}  # the keys of the recalls that the preview named
        self.recalls: dict[str, Recall] = {}

    def note(self, row: dict[str, Any]) -> None:
        """Take in a row that would be saved, as it was found."""
        values = row.get("values", {})
        lot = lot_key(values.get("supplier", ""), values.get("supplier_lot", ""))
        if lot is None:
            return
        self.lots[row["key"]] = lot
        if "pk" in row:
            self.codes[row["key"]] = row["pk"]
        if "recall" in row:
            self.shown[row["key"]] = row["recall"][0]

    def look_up(self) -> None:
        """Find the recalls that stand now, in a few queries for all rows."""
        standing = standing_recalls() if self.lots else {}
        recalled = {key: standing[lot] for key, lot in self.lots.items() if lot in standing}
        codes = [self.codes[key] for key in recalled if key in self.codes]
        stored = {it.pk: it for some in pieces(codes) for it in Batch.objects.filter(pk__in=some)}
        self.recalls = {
            key: recall
            for key, recall in recalled.items()
            if is_reached(stored.get(self.codes.get(key, "")), self.lots[key])
        }

    def are_as_shown(self) -> bool:
        """Return whether they join the recalls that the preview named, and no others."""
        return self.shown == {key: recall.pk for key, recall in self.recalls.items()}

    def fingerprint(self) -> str:
        """Return by what it is told that a reason was given for what the preview named."""
        return sha256(json.dumps(sorted(self.shown.items())).encode()).hexdigest()

    def join(self, new_codes: dict[str, str], job: Import) -> None:
        """Put the saved batches into their recalls; or, with a reason, on the shelf."""
        codes: dict[Recall, list[str]] = {}
        for key, recall in self.recalls.items():
            codes.setdefault(recall, []).append(self.codes.get(key) or new_codes[key])
        now = timezone.now()
        for recall, its_codes in codes.items():
            if job.shelf_reason:
                recall.leave_on_shelf(its_codes, job.author, job.shelf_reason)
            else:
                recall.add(its_codes, job.author, joined_at=now)
