"""The tables of batches and of products: their columns, and what a row does to the shop."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from ..codes import read_code
from ..models import Batch, Product
from ..models.folded import folded
from ..models.rules import FIELD_TO_MEND
from .cell_text import Value, kind_and_text, refuse_hidden, shown_text
from .checked import Cells, CheckedResource, plain
from .widgets import Day, Identifier, Whole, Words, YesOrNo

[UNIQUE] = [it for it in Batch._meta.constraints if isinstance(it, models.UniqueConstraint)]
MOST_ZEROS = 5  # in front, that a spreadsheet may have dropped


class ProductOfName(Widget):  # type: ignore[misc]
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> Product:
        name = shown_text(value)[1]
        product: Product | None = kwargs["products"].get(folded(" ".join(name.split())))
        if product is None:
            refuse_hidden(name)
            words = _("There is no product called “%(name)s”. Add it first, or mend the name.")
            raise ValueError(words % {"name": name[:60]} if name else _("Name the product."))
        return product


class BatchResource(CheckedResource):
    code = Field("pk", "code", readonly=True)
    product = Field("product", "product", ProductOfName())
    batch_identifier = Field("batch_identifier", "batch_identifier", Identifier())
    butcher_date = Field("butcher_date", "butcher_date", Day())
    arrival_date = Field("arrival_date", "arrival_date", Day())
    use_by = Field("use_by", "use_by", Day())
    supplier = Field("supplier", "supplier", Words())
    supplier_lot = Field("supplier_lot", "supplier_lot", Identifier())
    removed_on = Field("removed_on", "removed_on", readonly=True)
    removal = Field("removal", "removal", readonly=True)
    removal_reason = Field("removal_reason", "removal_reason", readonly=True)
    discarded_weight = Field("discarded_weight", "discarded_weight", readonly=True)
    recalled_at = Field("recalled_at", "recalled_at", readonly=True)
    recall_reason = Field("recall_reason", "recall_reason", readonly=True)
    recorded_at = Field("created_at", "recorded_at", readonly=True)
    recorded_by = Field("created_by__full_name", "recorded_by", readonly=True)

    template = (
        *("code", "product", "batch_identifier", "butcher_date", "arrival_date"),
        *("use_by", "supplier", "supplier_lot"),
    )
    required = ("product", "batch_identifier", "butcher_date", "arrival_date")
    field_to_mend = FIELD_TO_MEND

    class Meta(CheckedResource.Meta):
        model = Batch
        fields = (
            *("code", "product", "batch_identifier", "butcher_date", "arrival_date", "use_by"),
            *("supplier", "supplier_lot", "removed_on", "removal", "removal_reason"),
            *("discarded_weight", "recalled_at", "recall_reason", "recorded_at", "recorded_by"),
        )

    def get_queryset(self) -> models.QuerySet[Batch]:
        return Batch.objects.select_related("product", "created_by")

    def look_up(self, rows: Sequence[Cells]) -> None:
        """What the shop has of all these rows, in a few queries."""
        self.products = {it.name_folded: it for it in Product.objects.all()}
        codes = {code for row in rows if (code := code_in(row))}
        names = {name for row in rows if (name := plain(row, "batch_identifier").lower())}
        zeros = {it.zfill(len(it) + n) for it in names if it.isdigit() for n in range(MOST_ZEROS)}
        by_name = Batch.objects.annotate(lower=Lower("batch_identifier"))
        by_name = by_name.filter(lower__in=names | zeros).select_related("product")
        self.by_name = {it.batch_identifier.lower(): it for it in by_name}
        by_code = Batch.objects.filter(pk__in=codes).select_related("product")
        self.by_code = {it.pk: it for it in by_code}

    def find(self, row: Cells) -> Batch | None:
        try:
            typed = kind_and_text(row.get("code", ""))[1]
        except ValueError as unreadable:
            raise ValidationError({"code": str(unreadable)}) from None
        if typed:
            found = self.by_code.get(code_in(row) or "")
            if found is None:
                words = _("There is no batch with the code %(code)s. For a new one leave it empty.")
                raise ValidationError({"code": words % {"code": typed[:20]}})
            return found
        return self.by_name.get(plain(row, "batch_identifier").lower())

    def after_init_instance(self, instance: Batch, new: bool, row: Cells, **kwargs: Any) -> None:
        """Whether its identifier is surely as it was typed, zeros included."""
        super().after_init_instance(instance, new, row, **kwargs)
        cell = row["batch_identifier"]
        self.is_text = isinstance(cell, list) and cell[0] == "text"

    def import_field(
        self, field: Field, instance: Batch, row: Cells, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        """A batch that is found by its identifier keeps its own capitals.

        And what is as it was is right, even if a spreadsheet might have made it.
        """
        if self.was is not None:
            is_the_key = field.attribute == "batch_identifier" and not plain(row, "code")
            text = plain(row, field.column_name)
            if is_the_key or (text and text == self.was.get(field.attribute)):
                return
        super().import_field(field, instance, row, is_m2m, products=self.products, **kwargs)

    def clean_model(self, instance: Batch, errors: dict[str, Any]) -> None:
        found: dict[str, Any] = {}
        has_product = instance.product_id is not None
        keeps_product = self.was is not None and self.was["product"] == instance.product
        if has_product and not keeps_product and not instance.product.active:
            found["product"] = _("This product is not offered for new batches any more.")
        holder = self.by_name.get(instance.batch_identifier.lower())
        if "batch_identifier" not in errors and holder and holder.pk != instance.pk:
            found["batch_identifier"] = UNIQUE.get_violation_error_message()
        if not (self.was or self.is_text or "batch_identifier" in errors or holder):
            found |= self.lost_zeros(instance.batch_identifier)
        if has_product and not {"arrival_date", "use_by"} & set(errors):
            instance.plan(keeps_product)
        instance.clean()
        if found:
            raise ValidationError({it: why for it, why in found.items() if it not in errors})

    def lost_zeros(self, identifier: str) -> dict[str, str]:
        zeros = [identifier.zfill(len(identifier) + n) for n in range(1, MOST_ZEROS)]
        meant = next((it for it in zeros if it in self.by_name), None)
        if not (identifier.isdigit() and meant):
            return {}
        words = _(
            "There is a batch %(meant)s: the spreadsheet seems to have dropped the zeros. Format "
            "the column as text, and type it again."
        )
        return {"batch_identifier": words % {"meant": meant}}


class ProductResource(CheckedResource):
    name = Field("name", "name", Words())
    emoji = Field("emoji", "emoji", Words())
    fresh_days = Field("fresh_days", "fresh_days", Whole())
    caution_days = Field("caution_days", "caution_days", Whole())
    storage_advice = Field("storage_advice", "storage_advice", Words())
    active = Field("active", "active", YesOrNo())

    template = ("name", "emoji", "fresh_days", "caution_days", "storage_advice", "active")
    required = ("name",)
    field_to_mend = {"product_caution_comes_after_fresh": "caution_days"}

    class Meta(CheckedResource.Meta):
        model = Product
        fields = ("name", "emoji", "fresh_days", "caution_days", "storage_advice", "active")

    def look_up(self, rows: Sequence[Cells]) -> None:
        self.products = {it.name_folded: it for it in Product.objects.all()}

    def find(self, row: Cells) -> Product | None:
        return self.products.get(folded(" ".join(plain(row, "name").split())))

    def import_field(
        self, field: Field, instance: Product, row: Cells, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        """A product keeps its own capitals."""
        if field.attribute != "name" or instance._state.adding:
            super().import_field(field, instance, row, is_m2m, **kwargs)

    def clean_model(self, instance: Product, errors: dict[str, Any]) -> None:
        instance.tidy()


def code_in(row: Cells) -> str | None:
    return read_code(plain(row, "code"))


RESOURCES: dict[str, type[BatchResource] | type[ProductResource]] = {
    "batches": BatchResource,
    "products": ProductResource,
}
