from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from accounts.permissions import same_for_everybody
from batches.report.style import report_policy
from freshness import urls

BODY = b"x" * 9_000  # as large as a report

handler400, handler500 = urls.handler400, urls.handler500


@same_for_everybody  # as a report is
@require_safe
def constant(request: HttpRequest) -> HttpResponse:
    headers = {
        "ETag": '"constant"',
        "Cache-Control": "public, max-age=0, s-maxage=60",
        "Content-Security-Policy": report_policy(),
    }
    return HttpResponse(BODY, headers=headers)


urlpatterns = [path("constant", constant), *urls.urlpatterns]
