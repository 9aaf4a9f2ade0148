from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from accounts.permissions import same_for_everybody

from ..rules.batch_code import read_code
from ..rules.shelf_life import Status
from .forms import FindForm
from .response import STATE, report_response
from .state import ReportState, read_state


@login_not_required  # the door to the shop
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("report", form.cleaned_data["code"])
    context = {"form": form, "statuses": [status for status in Status if status != Status.REMOVED]}
    return render(
        request, "batches/report/landing.html", context, status=422 if form.errors else 200
    )


@same_for_everybody  # printed on the label: whoever holds it may read it
@require_safe
def report(request: HttpRequest, text: str) -> HttpResponseBase:
    code = read_code(text.strip("/"))
    if code and code != text:
        return lead_to_one_address(code)
    given: ReportState | Exception | None = request.META.get(STATE)
    if isinstance(given, Exception):
        raise given
    while code and (state := given or read_state(code)):
        response = report_response(request, state)
        if given or state.is_current():
            return response
    return unknown_batch(request, text)


def lead_to_one_address(code: str) -> HttpResponse:
    """Redirect from another spelling of a code, which would be one more report to keep."""
    response = redirect("report", code)
    add_never_cache_headers(response)
    return response


def unknown_batch(request: HttpRequest, text: str) -> HttpResponse:
    form = FindForm(initial={"code": text[:40]})
    response = render(request, "batches/report/unknown.html", {"form": form}, status=404)
    add_never_cache_headers(response)
    return response
