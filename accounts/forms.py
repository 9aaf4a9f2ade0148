from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from .models import User


class DetailsForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "email"]
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "username"}),
        }


class RegistrationForm(auth_forms.BaseUserCreationForm):
    class Meta(DetailsForm.Meta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs.pop("autofocus")  # the name comes first
        self.fields["password2"].label = _("Password again")
        self.fields["password2"].help_text = ""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=False)
        if commit:
            user.register()
        return user


class LoginForm(auth_forms.AuthenticationForm):
    username = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    error_messages = {
        "invalid_login": _(
            "No account has this e-mail and password. Check both; small and capital letters "
            "differ in a password."
        ),
        "inactive": _("This account is closed. Ask an administrator of your shop."),
    }


class PasswordForm(auth_forms.PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus")
        self.fields["new_password2"].label = _("New password again")
        self.fields["new_password2"].help_text = ""


def save_unless_taken(form: DetailsForm | RegistrationForm) -> User | None:
    """The saved account; None where the form's errors say why not.

    What was free when the form was checked may be taken when it is saved: then it is checked again.
    """
    while form.is_valid():
        try:
            with transaction.atomic():
                return form.save()
        except IntegrityError:
            form.full_clean()
    return None
