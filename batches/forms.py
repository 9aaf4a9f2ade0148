from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .codes import read_code
from .models import Batch, Product
from .models.queries import BatchQuerySet, containing, off_sale
from .shelf_life import Freshness, seconds_left_of_day

OFF_SALE = "off-sale"
SELL_FIRST = "sell-first"
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
    """With buttons, until the shop's midnight, for the days that are meant most often."""

    template_name = "batches/_recent_date.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        now = timezone.localtime()
        return super().get_context(name, value, attrs) | {
            "today": now.date(),
            "yesterday": now.date() - timedelta(days=1),
            "seconds_left": seconds_left_of_day(now),
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


class FilterForm(forms.Form):
    """Narrows the list of batches; a choice that makes no sense is named and left out."""

    search = forms.CharField(
        label=_("Identifier, code, supplier, lot or date"), max_length=120, required=False
    )
    product = product_or_all()
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            ("", _("Every status")),
            *Freshness.choices,
            (SELL_FIRST, _("To sell first")),
            (OFF_SALE, _("Off the shelf")),
        ],
        required=False,
        error_messages={"invalid_choice": _("There is no such status.")},
    )
    shelf = forms.ChoiceField(
        label=_("Shelf"),
        choices=[
            ("", _("On the shelf or not")),
            ("on", _("On the shelf")),
            ("off", _("Taken off")),
        ],
        required=False,
        error_messages={"invalid_choice": _("There is no such choice.")},
    )
    arrived_from = day_or_none(_("Arrived from"))
    arrived_to = day_or_none(_("Arrived up to"))

    LOOK_UPS = {
        "product": "product",
        "arrived_from": "arrival_date__gte",
        "arrived_to": "arrival_date__lte",
    }

    def narrow(self, batches: BatchQuerySet, today: date) -> BatchQuerySet:
        self.full_clean()
        chosen = self.cleaned_data
        if chosen.get("search"):
            batches = batches.filter(mentions(batches, chosen["search"]))
        if chosen.get("shelf"):
            batches = batches.filter(removed_on__isnull=chosen["shelf"] == "on")
        for name, look_up in self.LOOK_UPS.items():
            if chosen.get(name):
                batches = batches.filter(**{look_up: chosen[name]})
        if chosen.get("status") == OFF_SALE:
            batches = batches.filter(off_sale(today))
        elif chosen.get("status") == SELL_FIRST:
            batches = batches.to_sell_first(today)
        elif chosen.get("status"):
            freshness = Freshness(chosen["status"])
            batches = batches.of_freshness(freshness, today).exclude(off_sale(today))
        return batches

    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())


def mentions(batches: BatchQuerySet, text: str) -> Q:
    """Those that somebody means who types `text`: by identifier, code, supplier, lot or a date."""
    meant = Q()
    for name in ("batch_identifier", "supplier", "supplier_lot"):
        meant |= containing(batches, name, text)
    if code := read_code(text):
        meant |= Q(pk=code)
    with suppress(ValueError):
        day = date.fromisoformat(text)
        meant |= Q(butcher_date=day) | Q(arrival_date=day) | Q(use_by=day)
    return meant


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
