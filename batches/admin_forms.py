from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import Batch
from .register.edit_conflict import Conflict, conflict, version_of


class BatchAdminForm(forms.ModelForm):
    """Overwrites nothing that somebody else has saved since it was opened, unless it is seen."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Batch
        fields: list[str] = []  # the admin names them

    between: Conflict | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            return
        self.initial["version"] = version = version_of(self.instance)
        if self.is_bound:
            sent: Any = self.data
            self.between = conflict(self.instance, sent, type(self)(instance=self.instance))
        if self.between:
            self.between.data["version"] = f"{version}"
            self.data = self.between.data

    def clean(self) -> None:
        super().clean()
        if self.between:
            raise ValidationError(self.told(self.between))

    def told(self, between: Conflict) -> list[str]:
        first = _(
            "%(who)s changed this batch on %(when)s, while you were editing it. Nothing of yours "
            "is saved yet, and nothing is lost."
        )
        mine_too = _("now %(theirs)s; below stands what you typed.")
        theirs = _("now %(theirs)s, as it stands below too.")
        return [
            first
            % {
                "who": between.who,
                "when": date_format(timezone.localtime(between.when), "DATETIME_FORMAT"),
            },
            *[
                f"{field.label}: "
                f"{(mine_too if field.is_mine_too else theirs) % {'theirs': field.theirs}}"
                for field in between.differences
            ],
            _("Make the form say what is true, and save again."),
        ]
