"""What somebody changes of their own account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..login.forms import EMAIL_INPUT, ENTER_YOUR_EMAIL, NameForm, NewPasswordForm
from ..models import User
from ..rate_limits import CONFIRMATIONS, enforce_rate_limit


class ConfirmForm(forms.Form):
    """Asks for the password of whoever is signed in: an open tablet is no proof of who holds it."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password.")},
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> None:
        check_password(self.request, self.cleaned_data["password"])


class DigestForm(NameForm):
    """Whether a daily e-mail comes, and when."""

    class Meta:
        model = User
        fields = ["digest_hour"]
        labels = {"digest_hour": _("Comes at")}
        error_messages = {
            "digest_hour": {"invalid_choice": _("Choose an hour from the list, or no e-mail.")}
        }


class EmailForm(ConfirmForm, NameForm):
    """A new e-mail: by it a forgotten password is replaced."""

    class Meta:
        model = User
        fields = ["email"]
        widgets = {"email": EMAIL_INPUT}
        error_messages = {
            "email": ENTER_YOUR_EMAIL
            | {"unique": _("There is already an account with this e-mail. Use another one.")}
        }


class PasswordForm(NewPasswordForm):
    """A new password, for whoever knows the old one."""

    old_password = forms.CharField(
        label=_("Old password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your old password.")},
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> None:
        check_password(self.request, self.cleaned_data["old_password"])


class CodeForm(forms.Form):
    """Takes a code of the second factor: six digits from an app, or one of those on paper."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        help_text=_("Six digits from the app, or one of the codes on paper."),
        error_messages={"required": _("Enter the code.")},
    )


class TurnOnForm(ConfirmForm):
    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the six digits that the app shows.")},
    )
    field_order = ["code", "password"]


def check_password(request: HttpRequest, password: str) -> None:
    """Raises ValidationError where it is not the password of whoever sent `request`.

    A wrong one counts as a wrong login: whoever finds an open tablet cannot guess on it either.
    Raises TooOftenError where an account keeps us hashing.
    """
    email = request.user.email  # type: ignore[union-attr] # whoever has a profile is logged in
    enforce_rate_limit(CONFIRMATIONS, request, email)
    if authenticate(request, username=email, password=password) is None:
        raise ValidationError(
            _("This is not your password. Type it again."), code="password_incorrect"
        )
