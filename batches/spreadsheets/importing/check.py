"""What a file would do to the shop, found piece by piece."""

import json
from datetime import date, datetime
from time import monotonic
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import gettext as _

from ...models import Batch, Import, ImportPiece, Product
from ...shop_clock import one_day, shop_today
from ..dates.survey import survey_dates
from ..rows.column_names import known_names
from ..rows.resources import RESOURCES
from ..rows.validation import CheckedResource
from .read_file import Row, read
from .result import CHANGED, NEW, REFUSED, UNCHANGED, Found, conclude, fingerprint, key_of, version

AT_MOST = 2.0  # seconds of work in one request


def begin(file: Any, name: str, kind: str, author: AbstractBaseUser) -> Import:
    """Keep what `file` holds, to be checked. Raises UnreadableError where nothing can be."""
    resource = RESOURCES[kind]()
    with read(file, known_names(kind), resource.required) as table, transaction.atomic():
        survey = survey_dates(
            table.columns, table.rows, resource.date_columns, resource.past_dates, shop_today()
        )
        Import.objects.clean_away()
        made = Import.objects.create(
            author_id=author.pk,
            file_name=name[-200:].replace("\0", ""),
            sheet=table.sheet,
            notes=json.dumps(table.notes),
            kind=kind,
            columns=json.dumps(table.columns),
            ignored=json.dumps(
                [column for column in table.columns if column not in resource.template]
            ),
            rows=len(table.rows),
            date_survey=json.dumps(survey.as_json()),
            date_order=survey.order,
        )
        made.keep(table.rows)
    return made


@one_day()
def check_for_a_while(job: Import, seconds: float = AT_MOST) -> None:
    """Check pieces until time is up. A piece that two check at once is found once.

    Nothing is checked while a question on its dates waits for an answer.
    Raises Import.DoesNotExist where it was forgotten meanwhile.
    """
    if job.waits_for_dates():
        return
    if not job.products:
        Import.objects.filter(pk=job.pk, products="").update(products=fingerprint())
        job.refresh_from_db(fields=["products"])
    ends = monotonic() + seconds
    resource = RESOURCES[job.kind]()
    resource.date_order = job.date_order
    columns = json.loads(job.columns)
    while piece := job.pieces.filter(found="").first():
        found = json.dumps(check_piece(resource, columns, piece), cls=DjangoJSONEncoder)
        if not store(job, piece, found):
            job.refresh_from_db()
            return
        if monotonic() > ends:
            return
    conclude(job)


def store(job: Import, piece: ImportPiece, found: str) -> bool:
    """Store what was found, unless the file's dates are meanwhile read in another order."""
    with transaction.atomic():
        imports = Import.objects.locked().filter(pk=job.pk, date_order=job.date_order)
        is_current = imports.exists()
        if is_current:
            ImportPiece.objects.filter(pk=piece.pk, found="").update(found=found)
    return is_current


def check_piece(resource: CheckedResource, columns: list[str], piece: ImportPiece) -> list[Found]:
    read_rows: list[Row] = json.loads(piece.read)
    rows = [
        (line, dict(zip(columns, cells + [""] * len(columns), strict=False)), cells[len(columns) :])
        for line, cells in read_rows
    ]
    resource.look_up([row for _line, row, _beyond in rows])
    loader = resource._meta.instance_loader_class(resource)
    return [check_row(resource, loader, *row) for row in rows]


def check_row(
    resource: CheckedResource, loader: Any, line: int, row: dict[str, Any], beyond: list[Any]
) -> Found:
    if any(beyond):
        message = _("There is a cell to the right of the last named column. Delete it, or name it.")
        return {"line": line, "is": REFUSED, "why": [["", message]]}
    result = resource.import_row(row, loader, row_number=line)
    if result.errors:
        raise result.errors[0].error
    if result.validation_error:
        return {"line": line, "is": REFUSED, "why": reasons(result.validation_error)}
    return {"line": line} | outcome(resource, result)


def reasons(refused: ValidationError) -> list[list[str]]:
    """Each with the name of its column; one that speaks of the whole row has none."""
    return [
        ["" if field == "__all__" else field, str(message)]
        for field, messages in refused.message_dict.items()
        for message in messages
    ]


def outcome(resource: CheckedResource, result: Any) -> Found:
    instance, was = result.instance, resource.was
    about: Found = {"name": called(instance), "key": key_of(instance)}
    if lookalikes := resource.lookalikes(instance):
        about["lookalikes"] = lookalikes
    if was is None:
        return about | {"is": NEW, "values": values_of(resource, instance)}
    about |= {"pk": instance.pk, "version": version(instance)}
    changes = [
        [field.column_name, as_text(was[name]), as_text(getattr(instance, name))]
        for name, field in resource.value_fields.items()
        if getattr(instance, name) != was[name]
    ]
    if not changes:
        return about | {"is": UNCHANGED}
    about |= resource.about_known()
    return about | {"is": CHANGED, "changes": changes, "values": values_of(resource, instance)}


def called(instance: Any) -> str:
    return f"{instance.product.name} {instance}" if isinstance(instance, Batch) else str(instance)


def values_of(resource: CheckedResource, instance: models.Model) -> dict[str, Any]:
    return {it.attname: getattr(instance, it.attname) for it in resource.written_fields}


def as_text(value: Any) -> str:
    if isinstance(value, Product):
        return value.name
    return value.isoformat() if isinstance(value, date | datetime) else str(value or "")
