from collections.abc import Callable
from typing import Any

from django.contrib.auth import middleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from .not_now import NotNowError


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, but a public page does not even read the session.

    Django looks at the user first and at `login_not_required` second, which costs each scanned
    label a look into the session and a `Vary: Cookie` that no shared cache can use.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override] # the stubs know one kind of redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Leads back after signing in, but not to what takes only a form."""
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        return redirect("login")


class AnswerNotNow:
    """Gives every refusal that passes by itself a page that says when to try again."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, NotNowError):
            return None
        context = {"seconds": error.seconds, "minutes": error.seconds // 60}
        response = render(request, f"{error.status}.html", context, status=error.status)
        response["Retry-After"] = str(error.seconds)
        return response
