"""Turning the second factor on and off, and asking for it."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ..audit_log import Event, record
from ..models import User
from ..permissions import staff_required
from ..profile.forms import CodeForm, ConfirmForm, TurnOnForm
from ..rate_limits import CODES, enforce_rate_limit
from . import second_factor
from .sign_in import half_in, sent_from, sign_in


@login_not_required  # whoever has shown the password shows the second factor here
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def log_in_code(request: HttpRequest) -> HttpResponse:
    account = half_in(request)
    if account is None or not second_factor.is_asked_of(account):
        return redirect("login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        enforce_rate_limit(CODES, request, account.email)
        if second_factor.accepts(account, form.cleaned_data["code"]):
            return sign_in(request, account)
        record(Event.CODE_FAILED, request, account=account.email)
        form.add_error("code", _("This code is not right, or was used before. Type the next one."))
    context = {"form": form, "next": sent_from(request)}
    return render(
        request, "accounts/login/login_code.html", context, status=422 if form.errors else 200
    )


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def own_second_factor(request: HttpRequest) -> HttpResponse:
    account = User.objects.get(pk=request.user.pk)
    do = request.POST.get("do")
    if second_factor.is_asked_of(account):
        if request.method == "POST" and do != "off":  # sent once more, after it was turned on
            return redirect("second_factor")
        return turn_off(request, account)
    if do == "offer":
        second_factor.offer(account)
        return redirect("second_factor")
    return turn_on(request, account)


def turn_on(request: HttpRequest, account: User) -> HttpResponse:
    """Shows the offered secret, and takes a code of it; what is asked for first is an offer."""
    offered = second_factor.offered(account)
    if request.method == "POST" and offered is None:
        messages.error(
            request, _("This secret is more than an hour old. Begin again, with a new one.")
        )
        return redirect("second_factor")
    form = TurnOnForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if codes := second_factor.turn_on(account, form.cleaned_data["code"]):
            account.end_sessions()  # those that have shown no second factor
            update_session_auth_hash(request, account)
            record(Event.SECOND_FACTOR_ON, request)
            return render(request, "accounts/login/second_factor_codes.html", {"codes": codes})
        form.add_error("code", _("This is not the code that the app shows now. Type the next one."))
    context = {"form": form, "offered": offered}
    status = 422 if form.errors else 200
    return render(request, "accounts/login/second_factor_on.html", context, status=status)


def turn_off(request: HttpRequest, account: User) -> HttpResponse:
    form = ConfirmForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        second_factor.turn_off(account)
        record(Event.SECOND_FACTOR_OFF, request, account=account.email)
        messages.success(request, _("The second factor is off."))
        return redirect("profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/login/second_factor_off.html", {"form": form}, status=status)
