from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import middleware
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from .retry_later import RetryLaterError

Answer = Callable[[HttpRequest], HttpResponse]


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, but of a public page it does not read the session.

    Django looks at the user first and at `login_not_required` second, which costs each scanned
    label a look into the session and a `Vary: Cookie` that no shared cache can use.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        """Leads back after signing in: of a form, to the page it was on."""
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        page = request.headers.get("Referer", "")
        if url_has_allowed_host_and_scheme(page, request.get_host()):
            return redirect_to_login(urlsplit(page)._replace(scheme="", netloc="").geturl())
        return HttpResponseRedirect(reverse(settings.LOGIN_URL))


def public_view_middleware(answer: Answer) -> Answer:
    """Answers a view that is the same for everybody: all that follows asks who somebody is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return answer(request)
        if not getattr(match.func, "is_same_for_everybody", False):
            return answer(request)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response

    return middleware


def account_language_middleware(answer: Answer) -> Answer:
    """Answers in the language that an account has chosen."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if language := chosen_language(request.user):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return answer(request)

    return middleware


def chosen_language(user: AbstractBaseUser | AnonymousUser) -> str:
    return getattr(user, "language", "")


class RetryLaterMiddleware:
    """Gives every refusal that passes by itself a page that says when to try again."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RetryLaterError):
            return None
        context = {"seconds": error.seconds, "minutes": error.seconds // 60}
        response = render(request, f"{error.status}.html", context, status=error.status)
        response["Retry-After"] = str(error.seconds)
        return response
