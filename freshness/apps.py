from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class FreshnessConfig(AppConfig):
    name = "freshness"

    def ready(self) -> None:
        from .config import checks  # noqa: F401 - importing it registers the checks


class AdministrationConfig(admin_apps.AdminConfig):
    default = False
    default_site = "accounts.admin_site.AdministratorSite"
