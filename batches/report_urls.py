from django.urls import path

from . import report_views

urlpatterns = [
    path("", report_views.landing, name="landing"),
    path("batch/<anything:text>", report_views.report, name="report"),
]
