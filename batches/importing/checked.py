"""A table of a model: what every such table has in common."""

import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export import resources
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader

from .cell_text import Value, kind_and_text
from .conditions import fields_of, holds

Cells = dict[str, Value]


class Finder(BaseInstanceLoader):  # type: ignore[misc] # it has no types
    def get_instance(self, row: Cells) -> models.Model | None:
        found: models.Model | None = self.resource.find(row)
        return found and copy.copy(found)


class CheckedResource(resources.ModelResource):  # type: ignore[misc]
    """Checks a row by the model's own rules, without a query for each.

    What it finds of a row is in the row's result: `validation_error` and `instance`; and `was` has
    what the instance's fields were before.
    """

    field_to_mend: dict[str, str] = {}
    required: tuple[str, ...] = ()

    class Meta:
        instance_loader_class = Finder
        use_bulk = skip_diff = store_instance = True
        batch_size = None
        import_id_fields: list[str] = []  # `find` tells what a row is of

    was: dict[str, Any] | None = None

    @cached_property
    def value_fields(self) -> dict[str, Field]:
        """Those that an import may change, by name of the model's field."""
        return {field.attribute: field for field in self.get_import_fields() if not field.readonly}

    @cached_property
    def written_fields(self) -> list["models.Field[Any, Any]"]:
        """What an import sets in the database: its columns, and what follows from them."""
        model = self._meta.model
        names = {*self.value_fields, *model.PLANNED}
        return [it for it in model._meta.concrete_fields if it.name in names]

    def after_init_instance(self, instance: Any, new: bool, row: Cells, **kwargs: Any) -> None:
        self.was = None if new else {it: getattr(instance, it) for it in self.value_fields}

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """The model's fields, `clean` and constraints, each told once, at the field that mends."""
        errors: dict[str, Any] = dict(import_validation_errors or {})
        for check in (self.clean_fields, self.clean_model, self.check_constraints):
            try:
                check(instance, errors)
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def clean_fields(self, instance: Any, errors: dict[str, Any]) -> None:
        fields = instance._meta.fields
        left_out = {it.name for it in fields if it.name not in self.value_fields}
        relations = {it.name for it in instance._meta.fields if it.is_relation}
        try:
            instance.clean_fields(exclude=left_out | relations | set(errors))
        except ValidationError as refused:
            raise ValidationError(
                {field: list(map(in_plain_words, its)) for field, its in refused.error_dict.items()}
            ) from None

    def clean_model(self, instance: Any, errors: dict[str, Any]) -> None:
        instance.clean()

    def check_constraints(self, instance: Any, errors: dict[str, Any]) -> None:
        values = {it.name: getattr(instance, it.attname) for it in instance._meta.fields}
        found: dict[str, list[ValidationError]] = {}
        for rule in instance._meta.constraints:
            if not isinstance(rule, models.CheckConstraint):
                continue  # what must be unique, `clean_model` looks up
            is_known = not (fields_of(rule.condition) & set(errors))
            if is_known and holds(rule.condition, values) is False:
                field = self.field_to_mend.get(rule.violation_error_code or rule.name, "")
                message = ValidationError(rule.get_violation_error_message())
                found.setdefault(field or "__all__", []).append(message)
        if found:
            raise ValidationError(found)

    def save_instance(self, instance: Any, is_create: bool, row: Cells, **kwargs: Any) -> None:
        """Nothing is saved row by row: see saving.py."""


def in_plain_words(error: ValidationError) -> ValidationError:
    """Django speaks of null and blank."""
    is_empty = error.code in ("null", "blank")
    return ValidationError(_("This is empty, and must not be.")) if is_empty else error


def plain(row: Cells, column: str) -> str:
    """The text of a cell; empty where it holds what is refused anyway."""
    try:
        return kind_and_text(row.get(column, ""))[1]
    except ValueError:
        return ""
