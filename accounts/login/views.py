from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ..audit_log import Event, record
from ..emails import tell_administrators_who_waits
from ..models import User
from ..rate_limits import LOGINS, REGISTRATIONS, WAITING_MAILS, allow, enforce_rate_limit
from .forms import LoginForm, RegistrationForm, save_unless_taken
from .hashers import require_room
from .sign_in import destination, let_in, sent_from, sign_in


@login_not_required  # whoever has no account makes one here
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(destination(request))
    if settings.REGISTRATION == "closed":
        return render(request, "accounts/login/registration_closed.html", status=403)
    if request.method == "POST":
        require_room()
        enforce_rate_limit(REGISTRATIONS, request)
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if user := save_unless_taken(form):
        if not user.is_staff and allow(WAITING_MAILS, "administrators"):
            tell_administrators_who_waits(user)
        record(Event.REGISTERED, request, account=user.email, role=user.role())
        return sign_in(request, user)
    context = {"form": form, "next": sent_from(request)}
    return render(
        request, "accounts/login/register.html", context, status=422 if form.errors else 200
    )


@login_not_required  # whoever has no session gets one here
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(destination(request))
    if request.method == "POST":
        require_room()
        enforce_rate_limit(LOGINS, request)
    form = LoginForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return let_in(request, form.get_user())
    if form.has_error(NON_FIELD_ERRORS, "invalid_login"):
        record_failure(request, form.cleaned_data["username"])
    context = {"form": form, "next": sent_from(request)}
    return render(request, "accounts/login/login.html", context, status=422 if form.errors else 200)


def record_failure(request: HttpRequest, typed: str) -> None:
    """Names the account, if there is one: what else was typed may be a password."""
    if getattr(request, "axes_locked_out", False):  # guessing.py records that
        return
    account = User.objects.filter(email=User.objects.normalize_email(typed)).first()
    record(Event.LOGIN_FAILED, request, account=account and account.email)


@login_not_required  # a second tab may sign out twice
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def log_out(request: HttpRequest) -> HttpResponse:
    """Signs out by a button only: a link must not be able to."""
    if request.method == "POST" and request.user.is_authenticated:
        record(Event.LOGGED_OUT, request)
        logout(request)
        messages.success(request, _("You are signed out."))
    if request.user.is_authenticated:
        return render(request, "accounts/login/logout.html")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_safe
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    """Where somebody who is registered, but not approved, is told so."""
    if request.user.is_staff:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/login/waiting.html", status=403)
