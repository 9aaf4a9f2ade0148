from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .limits import CONFIRMATIONS, hold_to
from .models import User, validate_plain

LONGEST_EMAIL = 254  # characters, as in the model
ENTER_YOUR_EMAIL = {
    "required": _("Enter your e-mail."),
    "invalid": _("Enter a whole e-mail address, such as name@example.com."),
}
PASSWORDS_DIFFER = {"password_mismatch": _("The two passwords differ. Type the same one twice.")}


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name"]
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}
        error_messages = {"full_name": {"required": _("Enter your name.")}}

    def save(self, commit: bool = True) -> User:
        """Saves these fields alone: an administrator may be changing the role meanwhile."""
        user: User = super().save(commit=False)
        with transaction.atomic():
            user.save(update_fields=[*self.Meta.fields, "updated_at"])
        return user


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


class EmailForm(ConfirmForm, NameForm):
    """A new e-mail: by it a forgotten password is replaced."""

    class Meta:
        model = User
        fields = ["email"]
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "username"})}
        error_messages = {
            "email": ENTER_YOUR_EMAIL
            | {"unique": _("There is already an account with this e-mail. Use another one.")}
        }


class RegistrationForm(auth_forms.BaseUserCreationForm):
    error_messages = {**auth_forms.BaseUserCreationForm.error_messages, **PASSWORDS_DIFFER}

    class Meta:
        model = User
        fields = ["full_name", "email"]
        widgets = NameForm.Meta.widgets | EmailForm.Meta.widgets
        error_messages = NameForm.Meta.error_messages | {"email": ENTER_YOUR_EMAIL}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs.pop("autofocus")  # the name comes first
        say_plainly(self.fields["password1"], self.fields["password2"])
        self.fields["password2"].label = _("Password again")

    def validate_password_for_user(self, user: User, **kwargs: Any) -> None:
        """As Django does it, with the reproach at the field it is about."""
        super().validate_password_for_user(user, "password1")  # type: ignore[misc]

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=False)
        if commit:
            user.register()
        return user


class AccountForm(auth_forms.UserChangeForm):
    """An account as an administrator changes it; refused if it is not as it was when it was shown.

    Else a page left open would take back what has happened since: a deactivation, a new e-mail.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_it_is: str = self.instance.updated_at.isoformat()
        self.initial["seen"] = self.as_it_is

    def clean_seen(self) -> str:
        if self.cleaned_data["seen"] != self.as_it_is:
            raise ValidationError(
                _(
                    "This account was changed after you opened this page, so nothing was saved. "
                    "Open it again, and change what you meant to."
                ),
                code="changed",
            )
        return self.as_it_is


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


class LoginForm(auth_forms.AuthenticationForm):
    username = forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        validators=[validate_plain],
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages=ENTER_YOUR_EMAIL,
    )

    error_messages = {
        "invalid_login": _(
            "This e-mail and password open no account. Check both; small and capital letters "
            "differ in a password."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].error_messages["required"] = _("Enter your password.")


class ResetForm(forms.Form):
    """Asks for a link by which a forgotten password is replaced."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        validators=[validate_plain],
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages=ENTER_YOUR_EMAIL,
    )


class NewPasswordForm(auth_forms.SetPasswordForm):
    error_messages = {**auth_forms.SetPasswordForm.error_messages, **PASSWORDS_DIFFER}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_plainly(self.fields["new_password1"], self.fields["new_password2"])
        self.fields["new_password2"].label = _("New password again")

    def validate_password_for_user(self, user: User, *args: Any, **kwargs: Any) -> None:
        """As Django does it, with the reproach at the field it is about."""
        super().validate_password_for_user(user, "new_password1")

    def save(self, commit: bool = True) -> User:
        """Saves the password alone: an administrator may be changing the role meanwhile."""
        user: User = self.user
        user.set_password(self.cleaned_data["new_password1"])
        if commit:
            user.save(update_fields=["password", "updated_at"])
        return user


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
    hold_to(CONFIRMATIONS, request, email)
    if authenticate(request, username=email, password=password) is None:
        raise ValidationError(
            _("This is not your password. Type it again."), code="password_incorrect"
        )


def say_plainly(password: forms.Field, repeated: forms.Field) -> None:
    """What AUTH_PASSWORD_VALIDATORS ask, in one sentence instead of Django's list."""
    password.help_text = _(
        "At least 8 characters, not only digits; no common password, and none like your name or "
        "e-mail."
    )
    password.error_messages["required"] = _("Enter a password.")
    repeated.help_text = ""
    repeated.error_messages["required"] = _("Type the password again.")


def save_unless_taken(form: EmailForm | RegistrationForm, further_attempts: int = 2) -> User | None:
    """The saved account; None where the form's errors say why not.

    An e-mail that was free when the form was checked, or the place of the first account, may be
    taken when it is saved: then it is checked and saved again. An IntegrityError that no check
    explains is raised. No transaction is open here: hashing a password would hold it for long.
    """
    if not form.is_valid():
        return None
    try:
        user: User = form.save()
    except IntegrityError:
        if not further_attempts:
            raise
        form.full_clean()
        return save_unless_taken(form, further_attempts - 1)
    return user
