"""What was found of the rows of a file, and of the file as a whole."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from ...models import Import, Product, RecalledBatch
from ...models.bulk import all_of
from ...models.case_folding import looked_for
from ..rows.lookalikes import LABELS, Look
from .recalled_lots import RecalledRows

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
Found = dict[str, Any]


def fingerprint() -> str:
    """Of all that products are: what is found of a row hangs on them."""
    values = list(Product.objects.order_by("pk").values_list())
    return sha256(json.dumps(values, cls=DjangoJSONEncoder).encode()).hexdigest()


def version(instance: Any) -> str:
    return instance.updated_at.isoformat() if hasattr(instance, "updated_at") else ""


def key_of(instance: Any) -> str:
    """By which no two rows of one file may be the same."""
    return looked_for(getattr(instance, "batch_identifier", "")) or str(instance.name_folded)


def conclude(job: Import) -> None:
    """Refuse what is in the file twice, and count; unless it is to be checked anew meanwhile."""
    seen: dict[str, int] = {}
    of_gone_batches = lookalikes = 0
    counts = dict.fromkeys((NEW, CHANGED, UNCHANGED, REFUSED), 0)
    with transaction.atomic():
        waiting = Import.objects.locked().filter(pk=job.pk, state=Import.State.CHECKING)
        if not waiting.exists() or job.pieces.filter(found="").exists():
            job.refresh_from_db()
            return
        for piece in job.pieces.all():
            found = json.loads(piece.found)
            if sum(refuse_repeated(row, seen) for row in found):
                piece.found = json.dumps(found)
                piece.save(update_fields=["found"])
            for row in found:
                counts[row["is"]] += 1
                of_gone_batches += row["is"] == CHANGED and bool(row.get("gone"))
                lookalikes += len(row.get("lookalikes", ())) * (row["is"] in (NEW, CHANGED))
        job.state = Import.State.CHECKED
        job.of_recalled_lots = mark_recalled_lots(job)
        job.of_gone_batches, job.lookalikes = of_gone_batches, lookalikes
        for name, count in counts.items():
            setattr(job, name, count)
        noted = ["state", "of_recalled_lots", "of_gone_batches", "lookalikes", *counts]
        job.save(update_fields=noted)


def mark_recalled_lots(job: Import) -> int:
    """Note in each row of a recalled lot which recall its batch joins; returns how many there are.

    `recall` of such a row is the recall's key and its reason.
    """
    if not RecalledBatch.objects.standing().exists():
        return 0
    recalled_rows = RecalledRows()
    for row in found_rows(job, NEW, CHANGED):
        recalled_rows.note(row)
    recalled_rows.look_up()
    recalls = recalled_rows.recalls
    for piece in job.pieces.all() if recalls else ():
        found = json.loads(piece.found)
        for row in found:
            if row["is"] in (NEW, CHANGED) and row["key"] in recalls:
                recall = recalls[row["key"]]
                row["recall"] = [recall.pk, recall.reason]
        piece.found = json.dumps(found)
        piece.save(update_fields=["found"])
    return len(recalls)


def refuse_repeated(row: Found, seen: dict[str, int]) -> bool:
    """Whether it was refused because a row before it is of the same batch or product."""
    if row["is"] == REFUSED:
        return False
    keys = [f"key {row['key']}", *([f"pk {row['pk']}"] if "pk" in row else [])]
    before = next((seen[key] for key in keys if key in seen), None)
    for key in keys:
        seen.setdefault(key, row["line"])
    if before is None:
        return False
    message = _("Row %(line)d is of the same one. Keep one of the two.") % {"line": before}
    row |= {"is": REFUSED, "why": [["", message]]}
    return True


def found_rows(of: Import, *kinds: str) -> Iterator[Found]:
    for piece in all_of(of.pieces.all(), at_once=10):
        for row in json.loads(piece.found or "[]"):
            if row["is"] in kinds:
                yield row


def lookalikes_in(job: Import) -> Iterator[dict[str, Any]]:
    """Each name or lot that a spreadsheet may have made, with its row and what it looks like."""
    for row in found_rows(job, NEW, CHANGED):
        for column, text, look in row.get("lookalikes", ()):
            label = LABELS[Look(look)]
            yield {"line": row["line"], "column": column, "text": text, "look": label}


def result_columns() -> list[str]:
    return [_("Row"), _("Name"), _("Outcome"), _("Column"), _("Was"), _("Will be"), _("Reason")]


def result_rows(of: Import) -> Iterator[list[Any]]:
    """One for each change and for each reason, else one for each row of the file."""
    outcomes = {
        NEW: _("New"),
        CHANGED: _("Changed"),
        UNCHANGED: _("Unchanged"),
        REFUSED: _("Refused"),
    }
    for row in found_rows(of, *outcomes):
        about = [row["line"], row.get("name", ""), outcomes[row["is"]]]
        for change in row.get("changes", ()):
            yield [*about, *change, ""]
        for column, reason in row.get("why", ()):
            yield [*about, column, "", "", reason]
        if recall := row.get("recall"):
            yield [*about, "", "", "", _("Its lot is recalled: %(reason)s") % {"reason": recall[1]}]
        for column, text, look in row.get("lookalikes", ()):
            yield [*about, column, "", text, str(LABELS[Look(look)])]
        for sentence in row.get("gone", ()):
            yield [*about, "", "", "", sentence]
        if row.keys().isdisjoint({"changes", "why", "recall", "lookalikes"}):
            yield [*about, "", "", "", ""]
