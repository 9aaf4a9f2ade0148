import gc
import logging
import sys
from io import TextIOWrapper
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error, connections

from freshness.monitoring import metrics_server
from freshness.serving.scheduled_jobs import Schedule

log = logging.getLogger("freshness.serve")


class Command(BaseCommand):
    help = "Serve the shop on PORT until Ctrl-C, and start what a clock must start."
    requires_system_checks: list[str] = []  # freshness.wsgi makes them

    def handle(self, *args: Any, **options: Any) -> None:
        from freshness.monitoring.health import of_static_files
        from freshness.serving.waitress_server import Server, listen
        from freshness.wsgi import application

        for problem in of_static_files():
            sys.exit(problem)
        server = Server(application, listen(settings.PORT))
        if settings.METRICS_PORT:
            metrics_server.serve_alone(settings.METRICS_HOST, settings.METRICS_PORT)
        self.write_welcome()
        schedule = Schedule()
        if settings.SCHEDULED_JOBS:
            schedule.start()
        gc.collect()
        gc.freeze()  # what is loaded is never garbage: to look through it again costs a sixth
        server.run()
        schedule.stop()

    def write_welcome(self) -> None:
        if isinstance(sys.stdout, TextIOWrapper):  # a file on Windows takes no QR code
            sys.stdout.reconfigure(errors="replace")
        try:
            call_command("welcome", stdout=self.stdout)
        except Error as error:  # the shop is served all the same, and says so on its pages
            log.error("The database does not answer: %s", " ".join(str(error).split()))
        finally:
            connections.close_all()
            self.stdout.flush()
