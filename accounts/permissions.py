from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponseBase]


def staff_required(view: View) -> View:
    """Opens a view to approved accounts; one that waits for approval is told so.

    Whoever is not logged in has been sent to the login page before, as on every page.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_staff else redirect("waiting")

    return guarded


def may_release_recalls(user: Any) -> bool:
    """Return whether `user` may put on the shelf what is recalled: only administrators may."""
    return bool(user.is_active and user.is_superuser)


def same_for_everybody(view: View) -> View:
    """Opens a view to all, and answers them alike: not even the session is read.

    So a scanned label costs no look into it, and shared caches may keep the answer.
    """
    view.is_same_for_everybody = True  # type: ignore[attr-defined]
    return login_not_required(view)
