from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..listing.form_fields import DATE_MESSAGES, NO_WORD, DateInput
from ..models import Batch, Product
from ..rules.shelf_life import seconds_left_of_day
from ..shop_clock import shop_day

FEW_PRODUCTS = 10  # so many are large buttons to tap; more are a drop-down list


class RecentDateInput(DateInput):
    """With buttons, until the shop's midnight, for the days that are meant most often.

    Without them where it is not certain which day it is.
    """

    template_name = "batches/register/_recent_date.html"

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
