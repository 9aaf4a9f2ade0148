"""The tables of batches and of products: their columns, and what a row does to the shop."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from ...models import Batch, Product
from ...models.batch_constraints import FIELD_TO_MEND, IDENTIFIER_IS_ITS_OWN
from ...models.bulk import pieces
from ...models.case_folding import looked_for
from ...rules.batch_code import read_code
from ...shop_clock import shop_today
from .cell_text import Value, kind_and_text, refuse_hidden, shown_text
from .product_lookup import ProductsByName
from .removed_batches import departures, reasons_to_refuse
from .validation import Cells, CheckedResource, is_text_cell, plain
from .widgets import Day, Identifier, Name, Whole, Words, YesOrNo

LONGEST_NUMBER = 20  # digits of an identifier or a lot, with the zeros that were dropped


class ProductOfName(Widget):  # type: ignore[misc]
    def clean(self, value: Value, row: Any = None, **kwargs: Any) -> Product:
        name = shown_text(value)[1]
        products: ProductsByName = kwargs["products"]
        product = products.find(name)
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
    supplier = Field("supplier", "supplier", Name())
    supplier_lot = Field("supplier_lot", "supplier_lot", Name())
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
    identifying = ("batch_identifier", "supplier", "supplier_lot")
    past_dates = ("butcher_date", "arrival_date")
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
        self.products = ProductsByName()
        self.today = shop_today()
        codes = {code for row in rows if (code := code_in(row))}
        by_code = Batch.objects.filter(pk__in=codes).select_related("product")
        self.by_code = {it.pk: it for it in by_code}
        names = {name for row in rows if (name := identifier_in(row))}
        wanted = names | {zeros for name in names for zeros in with_zeros(name)}
        self.by_name: dict[str, Batch] = {}
        for some in pieces(sorted(wanted)):
            found = Batch.objects.filter(batch_identifier_folded__in=some)
            for batch in found.select_related("product"):
                self.by_name[batch.batch_identifier_folded] = batch
        self.lots_with_zeros = self.look_up_lots(rows)

    def look_up_lots(self, rows: Sequence[Cells]) -> dict[tuple[str, str], str]:
        """Lots with zeros in front, by their supplier and what is left without the zeros."""
        lots = {looked_for(plain(row, "supplier_lot")) for row in rows}
        wanted = sorted({zeros for lot in lots for zeros in with_zeros(lot)})
        return {
            (supplier, folded_lot.lstrip("0")): lot
            for some in pieces(wanted)
            for supplier, folded_lot, lot in Batch.objects.filter(
                supplier_lot_folded__in=some
            ).values_list("supplier_folded", "supplier_lot_folded", "supplier_lot")
        }

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
        return self.by_name.get(identifier_in(row))

    def after_init_instance(self, instance: Batch, new: bool, row: Cells, **kwargs: Any) -> None:
        """Note how the batch is before the row changes it."""
        super().after_init_instance(instance, new, row, **kwargs)
        self.known: dict[str, Any] = {}
        if not new:
            gone = departures(instance, self.today)
            is_good = instance.expired_from > self.today
            self.known = {"gone": gone, "good_until": instance.expired_from if is_good else None}

    def about_known(self) -> dict[str, Any]:
        return self.known

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
        known = {"products": self.products, "date_order": self.date_order}
        super().import_field(field, instance, row, is_m2m, **known, **kwargs)

    def clean_model(self, instance: Batch, errors: dict[str, Any]) -> None:
        found: dict[str, Any] = {}
        has_product = instance.product_id is not None
        keeps_product = self.was is not None and self.was["product"] == instance.product
        if has_product and not keeps_product and not instance.product.active:
            found["product"] = _("This product is not offered for new batches any more.")
        holder = self.by_name.get(looked_for(instance.batch_identifier))
        if "batch_identifier" not in errors and holder and holder.pk != instance.pk:
            found["batch_identifier"] = IDENTIFIER_IS_ITS_OWN.get_violation_error_message()
        found |= self.lost_zeros(instance, errors)
        found |= self.not_the_same_delivery(instance, errors)
        if has_product and not {"arrival_date", "use_by"} & set(errors):
            instance.plan(keeps_product)
        instance.clean()
        if found:
            raise ValidationError({it: why for it, why in found.items() if it not in errors})

    def is_found_by_identifier(self) -> bool:
        return self.was is not None and not plain(self.row, "code")

    def not_the_same_delivery(self, instance: Batch, errors: dict[str, Any]) -> dict[str, str]:
        """Why a row that names no code may not change the batch that has its identifier."""
        self.is_other_delivery = False
        changed = self.changed_fields(instance) - set(errors)
        if not (self.is_found_by_identifier() and changed):
            return {}
        known = self.by_name[looked_for(instance.batch_identifier)]
        reasons = reasons_to_refuse(known, instance, changed, self.today)
        self.is_other_delivery = bool(reasons)
        return reasons

    def check_constraints(self, instance: Batch, errors: dict[str, Any]) -> None:
        """How a new delivery agrees with the old batch, nobody needs to be told."""
        if not self.is_other_delivery:
            super().check_constraints(instance, errors)

    def changed_fields(self, instance: Batch) -> set[str]:
        was = self.was or {}
        return {name for name in was if getattr(instance, name) != was[name]}

    def lost_zeros(self, instance: Batch, errors: dict[str, Any]) -> dict[str, str]:
        """Names that are known with zeros in front. A cell that is text has lost none.

        Of a batch that is found by its identifier, if the row changes it: it may be the wrong one.
        """
        is_new = self.was is None
        if not is_new and not (self.is_found_by_identifier() and self.changed_fields(instance)):
            return {}
        found = {}
        identifier = looked_for(instance.batch_identifier)
        lot = (looked_for(instance.supplier), looked_for(instance.supplier_lot))
        if meant := next((zero for zero in with_zeros(identifier) if zero in self.by_name), None):
            message = _(
                "There is a batch %(meant)s: the spreadsheet seems to have dropped the zeros. "
                "Format the column as text, and type it again."
            )
            found["batch_identifier"] = message % {"meant": meant}
        if is_new and (meant := self.lots_with_zeros.get(lot)):
            message = _(
                "There is a lot %(meant)s of this supplier: the spreadsheet seems to have dropped "
                "the zeros. Format the column as text, and type it again."
            )
            found["supplier_lot"] = message % {"meant": meant}
        return {
            name: why
            for name, why in found.items()
            if name not in errors and not is_text_cell(self.row.get(name, ""))
        }


class ProductResource(CheckedResource):
    name = Field("name", "name", Name())
    emoji = Field("emoji", "emoji", Words())
    fresh_days = Field("fresh_days", "fresh_days", Whole())
    caution_days = Field("caution_days", "caution_days", Whole())
    storage_advice = Field("storage_advice", "storage_advice", Words())
    active = Field("active", "active", YesOrNo())

    template = ("name", "emoji", "fresh_days", "caution_days", "storage_advice", "active")
    required = ("name",)
    identifying = ("name",)
    field_to_mend = {"product_caution_comes_after_fresh": "caution_days"}

    class Meta(CheckedResource.Meta):
        model = Product
        fields = ("name", "emoji", "fresh_days", "caution_days", "storage_advice", "active")

    def look_up(self, rows: Sequence[Cells]) -> None:
        self.products = ProductsByName()

    def find(self, row: Cells) -> Product | None:
        try:
            return self.products.find(plain(row, "name"))
        except ValueError as ambiguous:
            raise ValidationError({"name": str(ambiguous)}) from None

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


def identifier_in(row: Cells) -> str:
    """Folded; empty where it has letters that no identifier has, though they fold to some.

    A database may not even look for a control character.
    """
    text = plain(row, "batch_identifier")
    return looked_for(text) if text.isascii() and text.isprintable() else ""


def with_zeros(number: str) -> list[str]:
    """`number` with each count of zeros in front that may have been dropped; none of other text."""
    if not (number.isascii() and number.isdigit()):
        return []
    return [number.zfill(length) for length in range(len(number) + 1, LONGEST_NUMBER + 1)]


RESOURCES: dict[str, type[BatchResource] | type[ProductResource]] = {
    "batches": BatchResource,
    "products": ProductResource,
}
