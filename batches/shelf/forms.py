"""How batches leave the shelf."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from ..models import Batch, Removal


def own_weight(batch: Batch) -> str:
    """The name of the field for the weight of one batch."""
    return f"weight-{batch.pk}"


class RemovalForm(forms.Form):
    """Takes batches off the shelf: sold out, or discarded for a reason, each with its weight."""

    use_required_attribute = False
    removal = forms.ChoiceField(
        label=_("What became of it?"),
        choices=Removal.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    removal_reason = forms.CharField(
        label=_("Why it is discarded"),
        max_length=200,
        validators=Batch._meta.get_field("removal_reason").validators,
        widget=forms.TextInput(attrs={"list": "reasons", "autocomplete": "off"}),
        help_text=_("Only where it is discarded. Customers do not read this."),
        error_messages={"required": _("Write why it is discarded.")},
    )

    def __init__(self, *args: Any, batches: Sequence[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batches = batches
        is_sold_out = self.data.get("removal") == Removal.SOLD_OUT
        self.fields["removal_reason"].required = not is_sold_out
        for batch in batches:
            self.fields[own_weight(batch)] = forms.DecimalField(
                label=_("Weight in kg"),
                required=False,
                max_digits=7,
                decimal_places=3,
                localize=True,
                validators=Batch._meta.get_field("discarded_weight").validators,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                error_messages={"invalid": _("Write a number, such as 1.5.")},
            )

    def weights(self) -> list[tuple[Batch, BoundField]]:
        return [(batch, self[own_weight(batch)]) for batch in self.batches]

    def clean(self) -> None:
        if self.cleaned_data.get("removal") == Removal.SOLD_OUT:
            self.cleaned_data["removal_reason"] = ""
            self.refuse_weights()

    def refuse_weights(self) -> None:
        message = _("What is sold out has no weight that was discarded. Leave this empty.")
        for batch in self.batches:
            if self.cleaned_data.get(own_weight(batch)) is not None:
                self.add_error(own_weight(batch), ValidationError(message, code="sold_out"))

    def weight_of(self, batch: Batch) -> Any:
        return self.cleaned_data[own_weight(batch)]
