"""How somebody who has shown who they are is let in, and where that leads."""

import time

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from ..audit_log import Event, record
from ..models import User
from . import second_factor

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF_IN = "half_in"  # in the session: who has shown the first factor, and when
SECONDS_HALF_IN = 600


def let_in(request: HttpRequest, account: User) -> HttpResponse:
    """Sign `account` in; where a second factor is asked of it, lead to the page that asks."""
    if not second_factor.is_asked_of(account):
        return sign_in(request, account)
    page = f"{reverse('login_code')}?{urlencode({'next': sent_from(request)})}"
    request.session.flush()  # of whoever was signed in here before
    request.session[HALF_IN] = [account.pk, account.get_session_auth_hash(), time.time()]
    record(Event.CODE_ASKED, request, account=account.email)
    return redirect(page)


def sign_in(request: HttpRequest, account: User) -> HttpResponse:
    request.session.pop(HALF_IN, None)
    login(request, account, MODEL_BACKEND)
    record(Event.LOGGED_IN, request, role=account.role())
    return redirect(destination(request))


def half_in(request: HttpRequest) -> User | None:
    """Who has shown the first factor a short while ago, with the same password as now."""
    key, known_by, at = request.session.get(HALF_IN) or (None, "", 0.0)
    account = User.objects.filter(pk=key, is_active=True).first()
    if account is None or time.time() - at > SECONDS_HALF_IN:
        return None
    return account if constant_time_compare(known_by, account.get_session_auth_hash()) else None


def sent_from(request: HttpRequest) -> str:
    """The page that sent somebody to log in; empty where there is none, or it is not ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours and asked.startswith("/") else ""


def destination(request: HttpRequest) -> str:
    return sent_from(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
