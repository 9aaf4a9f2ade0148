from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..models import User, validate_plain

LONGEST_EMAIL = 254  # characters, as in the model
EMAIL_INPUT = forms.EmailInput(attrs={"autocomplete": "username"})
ENTER_YOUR_EMAIL = {
    "required": _("Enter your e-mail."),
    "invalid": _("Enter a whole e-mail address, such as name@example.com."),
}
PASSWORDS_DIFFER = {"password_mismatch": _("The two passwords differ. Type the same one twice.")}


def email_field() -> forms.EmailField:
    """The e-mail of an account that may not be there."""
    return forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        validators=[validate_plain],
        widget=EMAIL_INPUT,
        error_messages=ENTER_YOUR_EMAIL,
    )


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "language"]
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}
        error_messages = {"full_name": {"required": _("Enter your name.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if language := self.fields.get("language"):
            language.widget.choices = [("", _("As my browser says")), *settings.LANGUAGES]

    def save(self, commit: bool = True) -> User:
        """Saves these fields alone: an administrator may be changing the role meanwhile."""
        user: User = super().save(commit=False)
        with transaction.atomic():
            user.save(update_fields=[*self.Meta.fields, "updated_at"])
        return user


class RegistrationForm(auth_forms.BaseUserCreationForm):
    error_messages = {**auth_forms.BaseUserCreationForm.error_messages, **PASSWORDS_DIFFER}

    class Meta:
        model = User
        fields = ["full_name", "email"]
        widgets = NameForm.Meta.widgets | {"email": EMAIL_INPUT}
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
        user.language = get_language()
        if commit:
            user.register()
        return user


class LoginForm(auth_forms.AuthenticationForm):
    username = email_field()

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

    email = email_field()


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


def say_plainly(password: forms.Field, repeated: forms.Field) -> None:
    """What AUTH_PASSWORD_VALIDATORS ask, in one sentence instead of Django's list."""
    password.help_text = _(
        "At least 8 characters, not only digits; no common password, and none like your name or "
        "e-mail."
    )
    password.error_messages["required"] = _("Enter a password.")
    repeated.help_text = ""
    repeated.error_messages["required"] = _("Type the password again.")


def save_unless_taken(form: NameForm | RegistrationForm, further_attempts: int = 2) -> User | None:
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
