"""Fields that several forms share."""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from ..models import Product

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
