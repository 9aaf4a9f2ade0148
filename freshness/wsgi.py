import os
import sys

from django.core import checks
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freshness.settings")
application = get_wsgi_application()

errors = [message for message in checks.run_checks() if message.is_serious()]
if errors:  # a server that is started without manage.py must refuse wrong settings too
    sys.exit("\n".join(error.msg for error in errors))
