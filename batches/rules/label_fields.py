from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What a label may say, in the order in which it says it; the code is on every label.
FIELDS: dict[str, str | Promise] = {
    "product": gettext_lazy("Product"),
    "batch_identifier": gettext_lazy("Batch identifier"),
    "butcher_date": gettext_lazy("Butcher date"),
    "arrival_date": gettext_lazy("Arrival date"),
    "use_by": gettext_lazy("Use-by date"),
    "shop": gettext_lazy("Shop name"),
}
FIRST_FIELDS = ["product", "batch_identifier", "arrival_date", "use_by", "shop"]
DATES = {"butcher_date", "arrival_date", "use_by"}


def as_read(field: str, said: str) -> str:
    """What `Batch.label_says` tells of a field, as a person reads it."""
    if not said:
        return _("nothing")
    if field in DATES:
        return date_format(date.fromisoformat(said))
    return f"“{_(said) if field == 'warning' else said}”"
