"""A report as an HTTP response: one page, complete in itself, that any cache may share."""

import gzip
import re
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response

from .report import Report
from .state import ReportState
from .style import report_policy, report_style

STATE = "batches.report.state"  # in the environ of a request: its state, or why it cannot be read
STATUS = "X-Freshness"  # the header that tells whoever counts scans what the report says
GZIP = re.compile(r"(?:^|,) ?gzip ?(?:,|$)", re.I)


def accepts_gzip(accept_encoding: str) -> bool:
    """As browsers say it; who says it in another way reads the body as it is."""
    return bool(GZIP.search(accept_encoding))


def cache_control(state: ReportState) -> str:
    return f"public, max-age=0, must-revalidate, s-maxage={state.shared_seconds}"


def render_report(state: ReportState) -> tuple[Report, bytes]:
    """Return the report and its page, in the language that is active."""
    report = Report.from_state(state)
    context = {
        "report": report,
        "style": report_style(),
        "shop_name": settings.SHOP_NAME,
        "shop_language": settings.LANGUAGE_CODE,
    }
    return report, render_to_string("batches/report/report.html", context).encode()


def report_response(request: HttpRequest, state: ReportState) -> HttpResponseBase:
    """Return the page; or 304 to a request that names the page's ETag."""
    report, body = render_report(state)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": cache_control(state), "Vary": "Accept-Encoding"}
    whole = HttpResponse(body, headers=headers)
    if accepts_gzip(request.headers.get("Accept-Encoding", "")):
        whole.content = gzip.compress(body, mtime=0)
        whole["Content-Encoding"] = "gzip"
        whole["ETag"] = f"W/{etag}"  # other bytes that say the same
    response = get_conditional_response(request, etag, response=whole) or whole
    # On the 304 as well: a browser takes its headers for those of the page it has.
    response["Content-Security-Policy"] = report_policy()
    response[STATUS] = report.status.value
    return response
