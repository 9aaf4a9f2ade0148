"""What a column may be called: as in an export, or as the pages call it in any of our languages."""

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop, override

from ...models import Batch
from ...register.forms import BatchForm
from ..reader.columns import normalized
from .resources import RESOURCES
from .validation import CheckedResource

# What the pages of a batch say beside the labels of its form.
PAGE_LABELS = {
    "batch_identifier": gettext_noop("Batch"),
    "butcher_date": gettext_noop("Butchered"),
    "arrival_date": gettext_noop("Arrived"),
    "use_by": gettext_noop("Use by"),
    "supplier": gettext_noop("Supplier"),
    "supplier_lot": gettext_noop("Supplier's lot"),
}


class ColumnName(NamedTuple):
    name: str  # as in an export
    labels: list[str]  # as the pages call it in the language of the request
    is_required: bool


@cache
def known_names(kind: str) -> dict[str, str]:
    """Return the column for each normalized name that it may have in a file of this kind."""
    resource = RESOURCES[kind]()
    names: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for column in resource.get_export_headers():
                for label in labels_of(resource, column):
                    names.setdefault(normalized(label), column)
    # A column's own name is never another's label.
    return names | {normalized(column): column for column in resource.get_export_headers()}


def labels_of(resource: CheckedResource, column: str) -> list[str]:
    """Return what the pages call a column, in the current language."""
    [field] = [it for it in resource.get_export_fields() if it.column_name == column]
    labels = [verbose_name(resource, field.attribute)]
    if is_of_batches(resource) and column in BatchForm.base_fields:
        labels.append(str(BatchForm.base_fields[column].label))
        labels.append(gettext(PAGE_LABELS[column]) if column in PAGE_LABELS else "")
    return list(dict.fromkeys(capfirst(label) for label in labels if label))


def verbose_name(resource: CheckedResource, attribute: str) -> str:
    options = resource._meta.model._meta
    name, _, of_relation = attribute.partition("__")
    try:
        field: Any = options.pk if name == "pk" else options.get_field(name)
    except FieldDoesNotExist:
        return ""
    return "" if of_relation else str(field.verbose_name)


def is_of_batches(resource: CheckedResource) -> bool:
    return resource._meta.model is Batch


def column_names(kind: str) -> list[ColumnName]:
    """Return the columns that can be imported, for the page, in the language of the request."""
    resource = RESOURCES[kind]()
    return [
        ColumnName(column, labels_of(resource, column), column in resource.required)
        for column in resource.template
    ]
