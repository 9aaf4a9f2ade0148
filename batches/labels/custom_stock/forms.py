from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...models import OwnStock
from ...models.custom_stock import MOST_IN_A_ROW
from ...rules.label_stock import MM_PER_INCH
from ..forms import whole_number
from .lengths import read_length


class LengthField(forms.CharField):
    """A length as people write it; its value is a number, in the unit the form names."""

    default_error_messages = {
        "invalid": _("Write a length such as 63.5 or, in inches, 2 5/8."),
        "required": _("Measure this, and write it down."),
    }

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "text", "autocomplete": "off", "size": 8}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> float | None:
        text = super().clean(value)
        if not text:
            return None
        length = read_length(text)
        if length is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return length


class OwnStockForm(forms.ModelForm):
    """The shop's own stock, as a ruler gives it: in millimetres or in inches."""

    use_required_attribute = False

    MEASURED = {
        "label_width": _("Width of a label"),
        "label_height": _("Height of a label"),
        "page_width": _("Width of the page"),
        "page_height": _("Height of the page"),
        "margin_left": _("From the page's left edge to the first label"),
        "margin_top": _("From the page's top edge to the first label"),
        "pitch_x": _("From a label's left edge to the next label's left edge"),
        "pitch_y": _("From a label's top edge to the next label's top edge"),
    }
    # Of a roll there is nothing more to measure than a label.
    OF_A_SHEET = ["page_width", "page_height", "columns", "rows", "margin_left", "margin_top"]
    STEPS = {"pitch_x": "label_width", "pitch_y": "label_height"}

    unit = forms.ChoiceField(
        label=_("You measure in"),
        choices=[("mm", _("mm")), ("inch", _("inches"))],
        initial="mm",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = OwnStock
        fields = [
            "name",
            "kind",
            "label_width",
            "label_height",
            "dots_per_inch",
            "page_width",
            "page_height",
            "columns",
            "rows",
            "margin_left",
            "margin_top",
            "pitch_x",
            "pitch_y",
        ]
        widgets = {"kind": forms.RadioSelect, "name": forms.TextInput({"autocomplete": "off"})}
        error_messages = {"name": {"required": _("Give it a name, to find it by.")}}

    field_order = ["name", "kind", "unit"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_roll = self["kind"].value() == OwnStock.Kind.ROLL
        for name, label in self.MEASURED.items():
            may_be_left_out = (is_roll and name in self.OF_A_SHEET) or name in self.STEPS
            self.fields[name] = LengthField(label=label, required=not may_be_left_out)
        for name in ("columns", "rows"):
            self.fields[name] = whole_number(
                1, MOST_IN_A_ROW, label=self.fields[name].label, required=not is_roll
            )
        for name in self.STEPS:
            self.fields[name].help_text = _("Leave it empty where labels touch.")

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        value = super().get_initial_for_field(field, field_name)
        return f"{value:.6g}" if isinstance(value, float) else value

    def clean(self) -> dict[str, Any]:
        """Everything in mm, as what was not touched is; what need not be measured follows."""
        values = super().clean() or self.cleaned_data
        if values.get("kind") == OwnStock.Kind.ROLL:
            self.forget_the_sheet(values)
        factor = MM_PER_INCH if values.get("unit") == "inch" else 1
        for name in self.MEASURED:
            if values.get(name) is not None and name in self.changed_data:
                values[name] = round(values[name] * factor, 4)
            elif name in self.errors:
                setattr(self.instance, name, None)  # or a default would be judged in its place
        for name, label in self.STEPS.items():
            if name not in self.errors and values.get(name) is None:
                values[name] = values.get(label)
        return values

    def forget_the_sheet(self, values: dict[str, Any]) -> None:
        """Whatever was typed of a sheet before a roll was chosen does not matter."""
        for name in (*self.OF_A_SHEET, *self.STEPS):
            self.errors.pop(name, None)
            values.pop(name, None)
