from django.urls import path

from . import views

urlpatterns = [
    path("admin/scans", views.scans, name="scans"),
]
