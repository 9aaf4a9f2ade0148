from django.urls import path

from . import scan_views

urlpatterns = [
    path("admin/scans", scan_views.scans, name="scans"),
]
