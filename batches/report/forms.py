from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..listing.form_fields import NO_WORD
from ..rules.batch_code import read_code


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
