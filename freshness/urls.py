from django.contrib import admin
from django.urls import include, path

from .views import alive, manifest, ready

handler400 = "freshness.views.bad_request"
handler500 = "freshness.views.server_error"

urlpatterns = [
    path("", include("batches.urls")),
    path("", include("accounts.urls")),
    path("healthz", alive, name="alive"),
    path("readyz", ready, name="ready"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("django-admin/", admin.site.urls),
]
