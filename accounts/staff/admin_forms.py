"""What administrators change of the accounts of others."""

from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..models import User


class AccountForm(auth_forms.UserChangeForm):
    """An account as an administrator changes it; refused if it is not as it was when it was shown.

    Else a page left open would take back what has happened since: a deactivation, a new e-mail.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_it_is: str = self.instance.updated_at.isoformat()
        self.initial["seen"] = self.as_it_is

    def clean(self) -> dict[str, Any] | None:
        """The refusal is the whole form's: at a hidden field nobody would read it."""
        cleaned: dict[str, Any] | None = super().clean()
        if self.cleaned_data.get("seen") != self.as_it_is:
            raise ValidationError(
                _(
                    "This account was changed after you opened this page, so nothing was saved. "
                    "Open it again, and change what you meant to."
                ),
                code="changed",
            )
        return cleaned


class GivenPasswordForm(auth_forms.AdminPasswordChangeForm):
    """The password that an administrator gives somebody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)  # whoever shall not sign in is made inactive

    def save(self, commit: bool = True) -> User:
        """Saves the password alone: hashing takes long enough for other changes to be made."""
        user: User = self.user
        user.set_password(self.cleaned_data["password1"])
        user.save(update_fields=["password", "updated_at"])
        return user
