from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import user_passes_test
from django.http import HttpResponseBase
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponseBase]


def staff_required(view: View) -> View:
    """Opens a view to approved accounts; one that waits for approval is told so.

    Whoever is not logged in has been sent to the login page before, as on every page.
    """
    is_staff: Callable[[Any], bool] = lambda user: user.is_staff  # noqa: E731
    approved = user_passes_test(is_staff, login_url="waiting", redirect_field_name=None)
    return never_cache(approved(view))
