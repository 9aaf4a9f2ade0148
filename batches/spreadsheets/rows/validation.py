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
from .constraints import fields_of, holds
from .lookalikes import is_mangled, look_of
from .widgets import Day

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
    date_order = ""  # of the file: see models/import_job.py
    identifying: tuple[str, ...] = ()  # fields that a spreadsheet must not have changed
    past_dates: tuple[str, ...] = ()  # columns of days that have come

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

    @cached_property
    def date_columns(self) -> list[str]:
        fields = self.value_fields.values()
        return [field.column_name for field in fields if isinstance(field.widget, Day)]

    def after_init_instance(self, instance: Any, new: bool, row: Cells, **kwargs: Any) -> None:
        self.row = row
        self.was = None if new else {it: getattr(instance, it) for it in self.value_fields}

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """The model's fields, `clean` and constraints, each told once, at the field that mends."""
        errors: dict[str, Any] = dict(import_validation_errors or {})
        checks = (
            *(self.clean_fields, self.clean_model, self.check_constraints),
            self.refuse_mangled_changes,
        )
        for check in checks:
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

    def about_known(self) -> dict[str, Any]:
        """What a preview says of a changed row beside its changes."""
        return {}

    def refuse_mangled_changes(self, instance: Any, errors: dict[str, Any]) -> None:
        """Of what is in the shop already; a change that is meant is made on its own page."""
        found: dict[str, str] = {}
        for name in self.identifying:
            was = self.was[name] if self.was else ""
            text = getattr(instance, name)
            if was and name not in errors and is_mangled(was, text):
                message = _(
                    "A spreadsheet seems to have changed “%(was)s” into “%(text)s”. Format the "
                    "column as text, and write “%(was)s” again. If the change is meant, make it "
                    "in the portal."
                )
                found[name] = message % {"was": was[:60], "text": text[:60]}
        if found:
            raise ValidationError(found)

    def lookalikes(self, instance: Any) -> list[list[str]]:
        """Column, text and look of what a spreadsheet may have made, where nothing was before.

        A cell that is formatted as text has what somebody typed.
        """
        found = []
        for name in self.identifying:
            column, text = self.value_fields[name].column_name, getattr(instance, name)
            was_there = bool(self.was and self.was[name])
            look = None if was_there or is_text_cell(self.row.get(column, "")) else look_of(text)
            if look is not None:
                found.append([column, text, look.value])
        return found

    def save_instance(self, instance: Any, is_create: bool, row: Cells, **kwargs: Any) -> None:
        """Nothing is saved row by row: see saving.py."""


def in_plain_words(error: ValidationError) -> ValidationError:
    """Django speaks of null and blank."""
    is_empty = error.code in ("null", "blank")
    return ValidationError(_("This is empty, and must not be.")) if is_empty else error


def is_text_cell(value: Value) -> bool:
    return isinstance(value, list) and value[0] == "text"


def plain(row: Cells, column: str) -> str:
    """The text of a cell; empty where it holds what is refused anyway."""
    try:
        return kind_and_text(row.get(column, ""))[1]
    except ValueError:
        return ""
