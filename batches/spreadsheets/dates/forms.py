"""What only a person can say of a file's dates."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...models import Import
from ...models.import_job import DateOrder
from .formats import numeric_readings


class DatesForm(forms.Form):
    """The order of day and month, and whether the spreadsheet's own dates are right."""

    use_required_attribute = False

    order = forms.ChoiceField(
        label=gettext_lazy("How are the dates written?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the dates are written.")},
    )
    real_dates = forms.ChoiceField(
        label=gettext_lazy("Are the spreadsheet’s own dates right?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Look at the dates, and choose.")},
    )

    def __init__(self, data: Any = None, *, job: Import) -> None:
        super().__init__(data, initial={"order": job.date_order})
        self.notes = job.date_notes()
        if self.notes.get("example"):
            self.describe_orders()
        else:
            del self.fields["order"]
        if job.needs_real_dates_confirmed():
            self.describe_real_dates()
        else:
            del self.fields["real_dates"]

    def describe_orders(self) -> None:
        line, text = self.notes["example"]
        field: Any = self.fields["order"]
        field.choices = [(order, self.choice(order, text)) for order in self.notes["orders"]]
        field.help_text = _("Row %(line)d has %(text)s. Choose once for the whole file.") % {
            "line": line,
            "text": text,
        }

    def choice(self, order: str, text: str) -> str:
        sentence = reading(order, text)
        if future := self.notes["future"].get(order):
            message = _("But %(text)s in row %(line)d would not have come yet.")
            sentence += " " + message % {"line": future[0], "text": future[1]}
        return sentence

    def describe_real_dates(self) -> None:
        line, iso_date = self.notes["real_date"]
        text_line, text = self.notes["text_date"]
        field: Any = self.fields["real_dates"]
        day = date_format(date.fromisoformat(iso_date[:10]))
        yes = _("Yes: %(day)s in row %(line)d is right, and so are the others")
        field.choices = [
            ("yes", yes % {"day": day, "line": line}),
            ("no", _("No, or I do not know")),
        ]
        message = _(
            "Some cells hold a date, such as %(day)s in row %(line)d; others hold text, such as "
            "%(text)s in row %(text_line)d. A spreadsheet that takes only some of them for dates "
            "may have swapped their day and month."
        )
        about = {"day": day, "line": line, "text": text, "text_line": text_line}
        field.help_text = message % about

    def clean_real_dates(self) -> str:
        answer = str(self.cleaned_data["real_dates"])
        if answer != "yes":
            message = _(
                "Then this file cannot be imported. Take the table as it was before a spreadsheet "
                "opened it, or write its dates as year-month-day, such as 2026-11-22, and choose "
                "that file."
            )
            raise ValidationError(message, code="swapped")
        return answer

    def choices_of_order(self) -> list[tuple[str, str]]:
        field: Any = self.fields["order"]
        return list(field.choices)

    def chosen_order(self) -> str:
        """The order that is chosen, or the only one that is possible."""
        orders: list[str] = self.notes.get("orders", [])
        return str(self.cleaned_data.get("order") or next(iter(orders), ""))


def reading(order: str, text: str) -> str:
    day = (numeric_readings(text) or {})[DateOrder(order)]
    about = {"order": DateOrder(order).label, "text": text, "day": date_format(day)}
    return _("%(order)s: %(text)s is %(day)s.") % about


def how_dates_are_read(job: Import) -> str:
    """In a sentence; empty where the file has no date whose numbers have an order."""
    notes = job.date_notes()
    place = notes.get("example") or notes.get("text_date")
    if not place or not job.date_order:
        return ""
    return reading(job.date_order, place[1])
