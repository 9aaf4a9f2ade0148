from django.contrib import admin
from django.urls import include, path

from .http.manifest import manifest
from .monitoring.views import alive, ready

handler400 = "freshness.http.error_views.bad_request"
handler500 = "freshness.http.error_views.server_error"

urlpatterns = [
    path("", include("batches.urls")),
    path("", include("accounts.urls")),
    path("healthz", alive, name="alive"),
    path("readyz", ready, name="ready"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("django-admin/", admin.site.urls),
]
