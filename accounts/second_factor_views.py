"""Turning the second factor on and off, and asking for it."""

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from . import second_factor
from .access import staff_required
from .forms import CodeForm, ConfirmForm, TurnOnForm
from .limits import LOGINS, hold_to
from .models import User
from .security_log import Event, record
from .signing_in import half_in, sent_from, sign_in


@login_not_required  # whoever has shown the password shows the second factor here
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def log_in_code(request: HttpRequest) -> HttpResponse:
    if (found := half_in(request)) is None:
        return redirect("login")
    account, event = found
    if request.method == "POST":
        hold_to(LOGINS, request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if is_right(request, account, form.cleaned_data["code"]):
            return sign_in(request, account, event)
        form.add_error("code", _("This code is not right, or was used before. Type the next one."))
    context = {"form": form, "next": sent_from(request)}
    return render(request, "accounts/login_code.html", context, status=422 if form.errors else 200)


def is_right(request: HttpRequest, account: User, code: str) -> bool:
    """Whether `code` opens `account`. A wrong one counts as a wrong password does."""
    credentials = {"username": account.email}
    is_allowed = AxesProxyHandler.is_allowed(request, credentials)
    if is_allowed and second_factor.accepts(account, code):
        return True
    request.axes_locked_out = not is_allowed  # type: ignore[attr-defined] # as axes' backend does
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    if not request.axes_locked_out:  # type: ignore[attr-defined] # guessing.py records that
        record(Event.CODE_FAILED, request, account=account.email)
    return False


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def own_second_factor(request: HttpRequest) -> HttpResponse:
    account = User.objects.get(pk=request.user.pk)
    if second_factor.is_asked_of(account):
        return turn_off(request, account)
    if request.POST.get("do") == "offer":
        second_factor.offer(account)
        return redirect("second_factor")
    return turn_on(request, account)


def turn_on(request: HttpRequest, account: User) -> HttpResponse:
    """Shows the offered secret, and takes a code of it; what is asked for first is an offer."""
    form = TurnOnForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if codes := second_factor.turn_on(account, form.cleaned_data["code"]):
            account.end_sessions()  # those that have shown no second factor
            update_session_auth_hash(request, account)
            record(Event.SECOND_FACTOR_ON, request)
            return render(request, "accounts/second_factor_codes.html", {"codes": codes})
        form.add_error("code", _("This is not the code that the app shows now. Type the next one."))
    context = {"form": form, "offered": second_factor.offered(account)}
    status = 422 if form.errors else 200
    return render(request, "accounts/second_factor_on.html", context, status=status)


def turn_off(request: HttpRequest, account: User) -> HttpResponse:
    form = ConfirmForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        second_factor.turn_off(account)
        record(Event.SECOND_FACTOR_OFF, request, account=account.email)
        messages.success(request, _("The second factor is off."))
        return redirect("profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/second_factor_off.html", {"form": form}, status=status)
