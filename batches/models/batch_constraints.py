"""What is never true of a batch: refused by the database, and by every form in the same words."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

# A date outside these years is a slip of the finger.
EARLIEST = date(2000, 1, 1)
LATEST = date(2099, 12, 31)


def validate_year(value: date) -> None:
    """Takes a date or a time; raises ValidationError for a year that nobody means."""
    if not EARLIEST.year <= value.year <= LATEST.year:
        raise ValidationError(
            _("The year %(year)s looks like a slip. Check it, and write it like 2026."),
            code="year",
            params={"year": f"{value.year:04}"},
        )


# What a GS1 lot number and a URL both carry unharmed.
validate_identifier = RegexValidator(
    r"^[A-Za-z0-9._-]+\Z",
    _("Use only A to Z, digits and . _ - without spaces."),
)

IDENTIFIER_IS_ITS_OWN = models.UniqueConstraint(
    Lower("batch_identifier"),
    name="batch_identifier_is_its_own",
    violation_error_code="identifier_taken",
    violation_error_message=_("Another batch has this identifier already. Choose another."),
)

CONSTRAINTS: list[models.BaseConstraint] = [
    IDENTIFIER_IS_ITS_OWN,
    models.CheckConstraint(condition=Q(butcher_date__gte=EARLIEST), name="batch_year_is_plausible"),
    models.CheckConstraint(
        condition=Q(arrival_date__gte=F("butcher_date")),
        name="batch_arrives_after_butchering",
        violation_error_code="arrives_too_early",
        violation_error_message=_("A batch cannot arrive before it was butchered."),
    ),
    models.CheckConstraint(condition=Q(arrival_date__lte=F("saved_on")), name="batch_has_arrived"),
    models.CheckConstraint(
        condition=Q(use_by=None) | Q(use_by__gte=F("butcher_date"), use_by__lte=LATEST),
        name="batch_use_by_after_butchering",
        violation_error_code="use_by_too_early",
        violation_error_message=_("The use-by date cannot lie before the butcher date."),
    ),
    models.CheckConstraint(
        condition=Q(caution_from__lte=F("expired_from")), name="batch_turns_in_order"
    ),
    models.CheckConstraint(
        condition=Q(removed_on=None) | Q(removed_on__gte=F("arrival_date")),
        name="batch_removed_after_arrival",
        violation_error_code="removed_too_early",
        violation_error_message=_("A batch cannot be taken off the shelf before it has arrived."),
    ),
    models.CheckConstraint(
        condition=Q(removed_on=None) | Q(removed_on__lte=F("saved_on")),
        name="batch_has_been_removed",
    ),
    models.CheckConstraint(
        condition=Q(removed_on__isnull=False)
        | Q(removal="", removal_reason="", discarded_weight=None),
        name="batch_removal_has_a_day",
        violation_error_code="removal_incomplete",
        violation_error_message=_("Enter the day on which it was taken off the shelf."),
    ),
    models.CheckConstraint(
        condition=~Q(removal="discarded") | ~Q(removal_reason=""),
        name="batch_is_discarded_for_a_reason",
        violation_error_code="discard_incomplete",
        violation_error_message=_("Write why it was discarded."),
    ),
    models.CheckConstraint(
        condition=Q(discarded_weight=None) | Q(removal="discarded", discarded_weight__gt=0),
        name="batch_weight_is_of_what_was_discarded",
        violation_error_code="weight_of_nothing",
        violation_error_message=_("Only what is discarded has a weight here."),
    ),
    models.CheckConstraint(
        condition=Q(recalled_at=None, recall_reason="")
        | (Q(recalled_at__isnull=False) & ~Q(recall_reason="")),
        name="batch_recall_has_a_reason",
        violation_error_code="recall_incomplete",
        violation_error_message=_("A recall needs both its time and its reason."),
    ),
]

# The field that mends it, by the code of a constraint's message.
FIELD_TO_MEND = {
    "identifier_taken": "batch_identifier",
    "arrives_too_early": "arrival_date",
    "use_by_too_early": "use_by",
    "removed_too_early": "arrival_date",
    "removal_incomplete": "removed_on",
    "discard_incomplete": "removal_reason",
    "weight_of_nothing": "discarded_weight",
    "recall_incomplete": "recall_reason",
}
