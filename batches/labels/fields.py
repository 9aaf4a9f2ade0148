from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What a label may say, in the order in which it says it; the code is on every label.
FIELDS: dict[str, str | Promise] = {
    "product": _("Product"),
    "batch_identifier": _("Batch identifier"),
    "butcher_date": _("Butcher date"),
    "arrival_date": _("Arrival date"),
    "use_by": _("Use-by date"),
    "shop": _("Shop name"),
}
FIRST_FIELDS = ["product", "batch_identifier", "arrival_date", "use_by", "shop"]
