from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.views.decorators.http import require_safe

from accounts.permissions import same_for_everybody

from ..rules.batch_code import read_code
from ..rules.shelf_life import Status
from ..scans.counter import HEADER
from .forms import FindForm
from .kept import accepts_gzip, page_of
from .style import report_policy


@login_not_required  # the door to the shop
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("report", form.cleaned_data["code"])
    context = {"form": form, "statuses": [it for it in Status if it != Status.REMOVED]}
    return render(
        request, "batches/report/landing.html", context, status=422 if form.errors else 200
    )


@same_for_everybody  # printed on the label: whoever holds it may read it
@require_safe
def report(request: HttpRequest, text: str) -> HttpResponseBase:
    code = read_code(text.strip("/"))
    if code and code != text:
        return lead_to_one_address(code)
    found = page_of(code) if code else None
    if not found:
        return unknown_batch(request, text)
    page, made_of = found
    headers = {
        "ETag": page.etag,
        "Cache-Control": f"public, max-age=0, must-revalidate, s-maxage={made_of.seconds}",
        "Vary": "Accept-Encoding",
    }
    whole = HttpResponse(page.body, headers=headers)
    if accepts_gzip(request.headers.get("Accept-Encoding", "")):
        whole.content = page.compressed
        whole["Content-Encoding"] = "gzip"
        whole["ETag"] = f"W/{page.etag}"  # other bytes that say the same
    response = get_conditional_response(request, page.etag, response=whole) or whole
    response.made_of = made_of  # type: ignore[attr-defined] # for answer_again
    # On the 304 as well: a browser takes its headers for those of the page it has.
    response["Content-Security-Policy"] = report_policy()
    response[HEADER] = page.status
    return response


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
