from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from .forms import DetailsForm, LoginForm, PasswordForm, RegistrationForm, save_unless_taken
from .models import User


@login_not_required  # whoever has no account makes one here
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(destination(request))
    if settings.REGISTRATION == "closed":
        return render(request, "accounts/registration_closed.html", status=403)
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if user := save_unless_taken(form):
        login(request, user)
        return redirect(destination(request))
    context = {"form": form, "next": sent_from(request)}
    return render(request, "accounts/register.html", context, status=422 if form.errors else 200)


@login_not_required  # whoever has no session gets one here
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(destination(request))
    form = LoginForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        login(request, form.get_user())
        return redirect(destination(request))
    context = {"form": form, "next": sent_from(request)}
    return render(request, "accounts/login.html", context, status=422 if form.errors else 200)


@login_not_required  # a second tab may sign out twice
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def log_out(request: HttpRequest) -> HttpResponse:
    """Signs out by a button only: a link must not be able to."""
    if request.method == "POST":
        logout(request)
    if request.user.is_authenticated:
        return render(request, "accounts/logout.html")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    wants_password = "old_password" in request.POST
    account = User.objects.get(pk=request.user.pk)
    details = DetailsForm(None if wants_password else data, instance=account)
    password = PasswordForm(account, data if wants_password else None)
    if save_unless_taken(details):
        messages.success(request, _("Your details are saved."))
        return redirect("profile")
    if password.is_valid():
        update_session_auth_hash(request, password.save())
        messages.success(request, _("Your password is changed. You are still signed in here."))
        return redirect("profile")
    context = {"details": details, "password": password}
    status = 422 if details.errors or password.errors else 200
    return render(request, "accounts/profile.html", context, status=status)


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Where somebody who is registered, but not approved, is told so."""
    if request.user.is_staff:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/waiting.html", status=403)


def sent_from(request: HttpRequest) -> str:
    """The page that sent somebody to log in; empty where there is none, or it is not ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours and asked.startswith("/") else ""


def destination(request: HttpRequest) -> str:
    return sent_from(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
