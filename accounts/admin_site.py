import logging
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

# Look-ups that Django's admin takes from its address, and by which a link could hold a worker for
# minutes: SQLite's are Python's, which no other thread interrupts.
PATTERNS = {"regex", "iregex"}

log = logging.getLogger("django.security")


class AdministratorSite(admin.AdminSite):
    """Django's admin, for administrators only, entered by the site's one login page."""

    site_header = site_title = _("Freshness Tracker administration")
    site_url = "/admin"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django's, for each role what it gets everywhere.

        And with a page instead of a fault for what only an administrator can cause.
        """

        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if any(PATTERNS & {*name.split("__")} for name in request.GET):
                raise BadRequest("A regular expression was asked for.")
            try:
                response: HttpResponse = view(request, *args, **kwargs)
                return response
            except IntegrityError:  # free when the form was checked, taken when it was saved
                return render(request, "409.html", status=409)
            except (DataError, OverflowError, ValueError) as error:
                log.warning("An unreadable request to %s", request.path, exc_info=True)
                raise BadRequest from error

        inner = super().admin_view(answered, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.is_staff:
                return redirect("waiting")
            if not self.has_permission(request):
                raise PermissionDenied
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return guarded

    def logout(  # type: ignore[override] # the stubs know no answer but a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The site's own, which the security log hears of."""
        from .login.views import log_out  # not before there are models

        return log_out(request)

    def password_change(  # type: ignore[override] # the stubs know no answer but a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one page for it, which tells the account, and the security log."""
        return redirect("profile")

    @method_decorator(login_not_required)  # it only leads on to the login page
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
