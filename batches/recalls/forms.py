"""Which batches are recalled, and why; and why a recall ends."""

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..listing.form_fields import day_or_none, product_or_all
from ..models import Batch
from ..models.batch_queryset import BatchQuerySet, same_text

NO_SUGGESTIONS = {"autocomplete": "off"}


class CriteriaForm(forms.Form):
    """What a supplier names on the telephone. All that is filled in must be so of a batch."""

    use_required_attribute = False
    product = product_or_all()
    supplier = forms.CharField(
        label=_("Supplier"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=NO_SUGGESTIONS | {"list": "suppliers"}),
        help_text=_("The whole name, as it was recorded."),
    )
    supplier_lot = forms.CharField(
        label=_("Supplier's lot"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=NO_SUGGESTIONS),
        help_text=_("The whole lot, as it was recorded."),
    )
    butchered_from = day_or_none(_("Butchered from"))
    butchered_to = day_or_none(_("Butchered up to"))
    arrived_from = day_or_none(_("Arrived from"))
    arrived_to = day_or_none(_("Arrived up to"))
    use_by = day_or_none(_("Use by"))

    FILTERS = {
        "product": "product",
        "butchered_from": "butcher_date__gte",
        "butchered_to": "butcher_date__lte",
        "arrived_from": "arrival_date__gte",
        "arrived_to": "arrival_date__lte",
        "use_by": "use_by",
    }

    def clean(self) -> None:
        if not self.errors and not any(self.cleaned_data.values()):
            message = _("Fill in at least one of these, so that not everything is recalled.")
            raise ValidationError(message, code="no_criteria")
        for first, last in (
            ("butchered_from", "butchered_to"),
            ("arrived_from", "arrived_to"),
        ):
            begins, ends = self.cleaned_data.get(first), self.cleaned_data.get(last)
            if begins and ends and begins > ends:
                message = _("This is before the first day. Change one of the two.")
                self.add_error(last, ValidationError(message, code="order"))

    def batches(self) -> BatchQuerySet:
        """All that match, on the shelf or not."""
        chosen = self.cleaned_data
        batches = Batch.objects.filter(
            **{look_up: chosen[name] for name, look_up in self.FILTERS.items() if chosen[name]}
        )
        for name in ("supplier", "supplier_lot"):
            if chosen[name]:
                batches = batches.filter(same_text(name, chosen[name]))
        return batches

    def asked_for(self) -> dict[str, str]:
        """What is filled in, by field, as the record of the recall keeps it."""
        filled_in = {name: value for name, value in self.cleaned_data.items() if value}
        if product := filled_in.get("product"):
            filled_in["product"] = product.name
        return {name: str(value) for name, value in filled_in.items()}


def criteria_in_words(criteria: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a recall asked for: each field's label, and its value as it was kept."""
    fields = CriteriaForm.base_fields
    return [
        (str(field.label), field.clean(criteria[name]) if name in DAYS else criteria[name])
        for name, field in fields.items()
        if name in criteria
    ]


DAYS = [
    name for name, field in CriteriaForm.base_fields.items() if isinstance(field, forms.DateField)
]


class ReasonForm(forms.Form):
    """Why batches are recalled."""

    use_required_attribute = False
    recall_reason = forms.CharField(
        label=_("Reason for the recall"),
        max_length=200,
        validators=Batch._meta.get_field("recall_reason").validators,
        widget=forms.TextInput(attrs=NO_SUGGESTIONS),
        help_text=_("Customers read this. Say what is wrong, in a few plain words."),
        error_messages={"required": _("Write why they are recalled: customers read it.")},
    )


class ReleaseForm(forms.Form):
    """Why the recall of some batches ends."""

    use_required_attribute = False
    release_reason = forms.CharField(
        label=_("Reason for the release"),
        max_length=200,
        validators=Batch._meta.get_field("recall_reason").validators,
        widget=forms.TextInput(attrs=NO_SUGGESTIONS),
        help_text=_("It is kept in the history. Customers do not read it."),
        error_messages={"required": _("Write why the recall ends.")},
    )
