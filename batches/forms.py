from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .codes import read_code
from .day import shop_day
from .models import Batch, Product
from .shelf_life import seconds_left_of_day

FEW_PRODUCTS = 10  # so many are large buttons to tap; more are a drop-down list

# For what is typed letter by letter: the phone's keyboard must not make words of it.
NO_WORD = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
DATE_MESSAGES = {
    "required": _("Enter the date."),
    "invalid": _("There is no such date. Write it as year-month-day, such as 2026-11-22."),
}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"autocomplete": "off"})


class RecentDateInput(DateInput):
    """With buttons, until the shop's midnight, for the days that are meant most often.

    Without them where it is not certain which day it is.
    """

    template_name = "batches/_recent_date.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        now, (_asked_at, today, is_certain) = timezone.localtime(), shop_day()
        is_still_so = is_certain and now.date() == today
        return super().get_context(name, value, attrs) | {
            "today": today,
            "yesterday": today - timedelta(days=1),
            "seconds_left": seconds_left_of_day(now) if is_still_so else 0,
        }


class BatchForm(forms.ModelForm):
    use_required_attribute = False  # what is missing, our own words say

    class Meta:
        model = Batch
        fields = [
            "product",
            "batch_identifier",
            "butcher_date",
            "arrival_date",
            "use_by",
            "supplier",
            "supplier_lot",
        ]
        widgets = {
            "batch_identifier": forms.TextInput(attrs=NO_WORD),
            "butcher_date": RecentDateInput(),
            "arrival_date": RecentDateInput(),
            "use_by": DateInput(),
            "supplier": forms.TextInput(attrs={"autocomplete": "off"}),
            "supplier_lot": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        error_messages = {
            "product": {"required": _("Choose the product.")},
            "batch_identifier": {"required": _("Give the batch an identifier.")},
            "butcher_date": DATE_MESSAGES,
            "arrival_date": DATE_MESSAGES,
            "use_by": DATE_MESSAGES,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product: forms.ModelChoiceField = self.fields["product"]  # type: ignore[assignment]
        offered = Product.objects.filter(Q(active=True) | Q(pk=self.instance.product_id))
        product.queryset = offered
        if offered.count() <= FEW_PRODUCTS:
            product.empty_label = None
            product.widget = forms.RadioSelect()
            product.widget.choices = product.choices

    def _get_validation_exclusions(self) -> set[str]:
        """Django leaves out what the form does not show, and with it every rule that names it."""
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return left_out - {"removed_on"}

    def saved_before(self) -> Batch | None:
        """The batch that the same person has saved by just this, if the answer to it got lost."""
        typed = {name: getattr(self.instance, name, None) for name in self.Meta.fields}
        return Batch.objects.filter(created_by=self.instance.created_by, **typed).first()


def save_unless_taken(form: forms.ModelForm) -> Any:
    """What `form` saved; None where its errors say why not.

    A name that was free when the form was checked may be taken when it is saved: then the form is
    checked again. An IntegrityError that no check explains is raised.
    """
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return form.save()
    except IntegrityError:
        form.full_clean()
        if form.is_valid():
            raise
        return None


def product_or_all() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Product.objects.all(),
        label=_("Product"),
        required=False,
        empty_label=_("All products"),
        error_messages={"invalid_choice": _("There is no such product.")},
    )


def day_or_none(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=DateInput(), error_messages=DATE_MESSAGES
    )


class FindForm(forms.Form):
    """The code under a QR code, typed in by hand; the whole link will do too."""

    code = forms.CharField(
        label=_("Code on the label"),
        max_length=200,
        widget=forms.TextInput(attrs=NO_WORD),
        error_messages={"required": _("Type the code that stands on the label.")},
    )

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"].rstrip("/").rpartition("/")[2])
        if code is None:
            raise ValidationError(
                _("A code is 10 letters and digits, such as 7K3QF 9XM2A. Look at the label again."),
                code="code",
            )
        return code
