from collections.abc import Mapping, Sequence
from math import isclose
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..models import Batch
from ..rules.label_fields import FIELDS
from ..rules.label_stock import DOTS_PER_INCH, Stock
from .print_job import MOST_LABELS

# So many batches have a box each for the number of their copies; more have one in common.
BATCHES_WITH_A_BOX = 50
MOST_NUDGE = 10.0  # mm: what is further off is other stock


def whole_number(least: int, most: int, **options: Any) -> forms.IntegerField:
    """A field for a whole number, which says of whatever is none which it takes."""
    words = format_lazy(_("Write a whole number from {least} to {most}."), least=least, most=most)
    errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), words)
    return forms.IntegerField(min_value=least, max_value=most, error_messages=errors, **options)


class NudgeField(forms.FloatField):
    """How far a printer is off, in mm, to a tenth."""

    def __init__(self, **options: Any) -> None:
        tenths = {"step": "0.1", "min": -MOST_NUDGE, "max": MOST_NUDGE}
        words = _("Write a number from -10 to 10, to one tenth, such as 0.3.")
        errors = {"required": words, "invalid": words}
        super().__init__(widget=forms.NumberInput(tenths), error_messages=errors, **options)

    def clean(self, value: Any) -> float:
        nudge: float = super().clean(str(value or "").replace(",", "."))
        if not abs(nudge) <= MOST_NUDGE or not isclose(nudge, round(nudge, 1), abs_tol=1e-9):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return round(nudge, 1)


class PrintForm(forms.Form):
    """How the labels of some batches are printed."""

    use_required_attribute = False

    stock = forms.ChoiceField(
        label=_("Label stock"),
        error_messages={
            "required": _("Choose the label stock."),
            "invalid_choice": _("There is no such label stock any more. Choose another."),
        },
    )
    copies = whole_number(1, MOST_LABELS, label=_("Copies of each label"))
    start = forms.IntegerField(
        label=_("First free place"),
        min_value=1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value"),
            _("Write the number of a place; the first one is 1."),
        ),
    )
    nudge_x = NudgeField(label=_("To the right, in mm"))
    nudge_y = NudgeField(label=_("Down, in mm"))
    dots_per_inch = forms.TypedChoiceField(
        label=_("Dots per inch of the label printer"),
        choices=[(dots, dots) for dots in DOTS_PER_INCH],
        coerce=int,
    )
    field = forms.MultipleChoiceField(
        label=_("The label says"),
        choices=list(FIELDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The QR code and its letters are on every label."),
    )

    def __init__(
        self, data: Any, *, batches: Sequence[Batch], known_stock: Mapping[str, Stock]
    ) -> None:
        super().__init__(data)
        self.batches = batches
        self.chosen_stock = known_stock.get(self["stock"].value() or "")
        stock: forms.ChoiceField = self.fields["stock"]  # type: ignore[assignment]
        stock.choices = [(key, str(stock)) for key, stock in known_stock.items()]
        self.limit_start()
        if 1 < len(batches) <= BATCHES_WITH_A_BOX:
            self.fields |= {own_copies(batch): copies_of(batch) for batch in batches}

    def limit_start(self) -> None:
        """A sheet has so many places; a roll has none to choose from."""
        if self.chosen_stock is None:
            return
        if self.chosen_stock.is_roll:
            del self.fields["start"]
            return
        message = _("This sheet has %(limit_value)s places. Choose one of them.")
        last = MaxValueValidator(self.chosen_stock.capacity, message)
        self.fields["start"].validators.append(last)

    def own_copies_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith(own_copies())]

    def own_copies_are_used(self) -> bool:
        return any(field.value() or field.errors for field in self.own_copies_fields())

    def clean_field(self) -> list[str]:
        """Each field once, in the order of the label."""
        return [field for field in FIELDS if field in self.cleaned_data["field"]]

    def copies_of_each(self) -> list[int]:
        """How many labels each batch gets, in order; the form has been found valid."""
        chosen = [self.cleaned_data.get(own_copies(batch)) for batch in self.batches]
        return [self.cleaned_data["copies"] if own is None else own for own in chosen]

    def clean(self) -> None:
        if self.errors or not self.batches:
            return
        total = sum(self.copies_of_each())
        if total > MOST_LABELS:
            message = _(
                "One job prints up to %(most)d labels, and these would be more. Take fewer "
                "copies, or choose fewer batches."
            )
            numbers = {"most": MOST_LABELS}
            self.add_error("copies", ValidationError(message, code="many", params=numbers))
        elif total == 0:
            message = _("With no copies at all there is nothing to print. Write 1 or more.")
            self.add_error("copies", ValidationError(message, code="none"))


def own_copies(batch: Batch | None = None) -> str:
    """The name of the box for the number of one batch's copies; without a batch, how it begins."""
    return f"copies_{batch.pk if batch else ''}"


def copies_of(batch: Batch) -> forms.IntegerField:
    return whole_number(0, MOST_LABELS, label=f"{batch.product.name} {batch}", required=False)
