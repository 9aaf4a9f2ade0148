import os
import sys

from django.conf import settings
from django.core import checks
from django.core.wsgi import get_wsgi_application

from .http.middleware import read_as_utf8, read_whole_body

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freshness.settings")
django_application = read_as_utf8(get_wsgi_application())

# Its models are there once Django is set up.
from batches.report.page_cache import PageCache  # noqa: E402

from .monitoring.requests import Observer, log_request, watch  # noqa: E402

observers: list[Observer] = []
if settings.LOG_FORMAT == "json":
    observers.append(log_request)
if settings.METRICS_PORT:
    from .monitoring.metrics import measure

    observers.append(measure)

application = read_whole_body(watch(PageCache(django_application), observers))

errors = [message for message in checks.run_checks() if message.is_serious()]
if errors:  # a server that is started without manage.py must refuse wrong settings too
    sys.exit("\n".join(error.msg for error in errors))
