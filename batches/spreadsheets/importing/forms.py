from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ...models import Import
from .check import begin
from .errors import UnreadableError


class ImportForm(forms.Form):
    """A file, and what it holds; only administrators change products."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("What it holds"), choices=Import.Kind.choices, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Excel (.xlsx), CSV, or .xls and .ods with identifiers as text; up to 50,000 rows. "
            "Nothing is saved before you say so."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls,.ods,.txt,.tsv"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty. Choose one with a row for each batch."),
        },
    )

    def __init__(self, *args: Any, author: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author: AbstractBaseUser = author
        if not author.is_superuser:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        """The file is read here, so that what is wrong with it stands at its field."""
        cleaned: dict[str, Any] = self.cleaned_data
        kind = cleaned.get("kind", Import.Kind.BATCHES)
        if "file" not in cleaned or self.errors:
            return cleaned
        file: UploadedFile = cleaned["file"]
        try:
            self.made = begin(file, file.name or "", kind, self.author)
        except UnreadableError as error:
            raise ValidationError({"file": ValidationError(str(error), "unreadable")}) from None
        return cleaned
