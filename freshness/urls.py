from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("batches.urls")),
    path("", include("accounts.urls")),
    path("django-admin/", admin.site.urls),
]
