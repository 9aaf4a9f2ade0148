"""What somebody who is let in changes of their own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ..audit_log import Event, record
from ..emails import tell_of_new_email, tell_of_new_password
from ..login import second_factor
from ..login.forms import NameForm, save_unless_taken
from ..models import User
from ..permissions import staff_required
from .forms import DigestForm, EmailForm, PasswordForm


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def profile(request: HttpRequest) -> HttpResponse:
    """One page of four forms; `do` says which of them was sent."""
    do = request.POST.get("do", "")
    data = {do: request.POST}
    account = User.objects.get(pk=request.user.pk)
    name = NameForm(data.get("name"), instance=account)
    digest = DigestForm(data.get("digest"), instance=account)
    email = EmailForm(request, data.get("email"), instance=account)
    password = PasswordForm(request, account, data.get("password"))
    said = (
        change_name(request, name)
        or change_digest(digest)
        or change_email(request, email)
        or change_password(request, password)
    )
    if said:
        messages.success(request, said)
        return redirect("profile")
    forms: dict[str, BaseForm] = {
        "name": name,
        "digest": digest,
        "email": email,
        "password": password,
    }
    context = {
        "forms": forms,
        "form": forms.get(do),
        "sends_email": settings.SENDS_EMAIL,
        "has_second_factor": second_factor.is_asked_of(account),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/profile/profile.html", context, status=status)


def change_name(request: HttpRequest, form: NameForm) -> str | None:
    """What to say of the change; None where the form is wrong, or was not sent."""
    if not form.is_valid():
        return None
    language = form.save().language
    translation.activate(language or translation.get_language_from_request(request))
    return _("Your name and language are saved.")


def change_digest(form: DigestForm) -> str | None:
    """As `change_name`."""
    if not form.is_valid():
        return None
    account = form.save()
    if account.digest_hour is None:
        return _("No daily e-mail comes from now on.")
    return _("Your daily e-mail comes at %(hour)s.") % {"hour": account.get_digest_hour_display()}


def change_email(request: HttpRequest, form: EmailForm) -> str | None:
    """As `change_name`; the old address is told."""
    old = request.user.email  # type: ignore[union-attr] # staff_required: an account
    account = save_unless_taken(form)
    if account is None:
        return None
    if account.email != old:
        tell_of_new_email(account, old)
        record(Event.EMAIL_CHANGED, request, account=account.email)
    return _("Your e-mail is saved. Sign in with it from now on.")


def change_password(request: HttpRequest, form: PasswordForm) -> str | None:
    """As `change_name`; every other session of the account ends."""
    if not form.is_valid():
        return None
    account = form.save()
    update_session_auth_hash(request, account)
    tell_of_new_password(account)
    record(Event.PASSWORD_CHANGED, request)
    return _("Your password is changed. You are still signed in here, and nowhere else.")


@staff_required
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    account = User.objects.get(pk=request.user.pk)
    account.end_sessions()
    record(Event.SIGNED_OUT_EVERYWHERE, request)
    logout(request)
    messages.success(request, _("You are signed out on every device. Sign in again here."))
    return redirect("login")
