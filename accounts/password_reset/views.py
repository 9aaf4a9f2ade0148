"""The way back in for whoever forgot a password: a link by e-mail."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ..audit_log import Event, record
from ..emails import send_reset_link, tell_of_new_password
from ..login.forms import NewPasswordForm, ResetForm
from ..login.lockout import unlock
from ..login.sign_in import let_in
from ..models import User
from ..rate_limits import RESET_MAILS, RESETS, allow, enforce_rate_limit
from .tokens import reset_tokens


@login_not_required  # whoever cannot log in asks here
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask_for_reset(request: HttpRequest) -> HttpResponse:
    """Sends a link to the e-mail, if it has an account: the answer is the same if not."""
    if request.method == "POST":
        enforce_rate_limit(RESETS, request)
    form = ResetForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "sends_email": settings.SENDS_EMAIL}
        return render(
            request,
            "accounts/password_reset/reset.html",
            context,
            status=422 if form.errors else 200,
        )
    email = User.objects.normalize_email(form.cleaned_data["email"])
    account = User.objects.filter(email=email, is_active=True).first()
    if allow(RESET_MAILS, email):
        send_reset_link(account)
    record(Event.RESET_ASKED, request, account=account and account.email)
    context = {"email": email, "sends_email": settings.SENDS_EMAIL}
    return render(request, "accounts/password_reset/reset_asked.html", context)


@login_not_required  # the link in the e-mail lets in whoever reads the mailbox
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def reset_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Takes a new password for a token that has not been used and is not older than a day."""
    account = account_of(uid, token)
    form = NewPasswordForm(account, request.POST if request.method == "POST" else None)
    if account and not form.is_valid():
        status = 422 if form.errors else 200
        return render(
            request, "accounts/password_reset/reset_password.html", {"form": form}, status=status
        )
    if account is None or not save_once(form, token):
        return render(request, "accounts/password_reset/reset_over.html", status=410)
    unlock(account)
    tell_of_new_password(account)
    record(Event.PASSWORD_RESET, request, account=account.email)
    response = let_in(request, form.user)
    messages.success(request, _("Your password is changed."))
    return response


def account_of(uid: str, token: str) -> User | None:
    """The account that `uid` names; None where there is none, or `token` does not open it."""
    try:
        number = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    account = User.objects.filter(pk=number, is_active=True).first()
    return account if reset_tokens.check_token(account, token) else None


def save_once(form: NewPasswordForm, token: str) -> bool:
    """Save the new password; False where somebody used the same link in this very instant."""
    account = form.save(commit=False)  # slow, so before anything is held
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=account.pk)
        if not reset_tokens.check_token(held, token):
            return False
        account.save(update_fields=["password", "updated_at"])
    return True
