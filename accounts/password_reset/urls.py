from django.urls import path

from . import views

urlpatterns = [
    path("reset-password", views.ask_for_reset, name="ask_for_reset"),
    path("reset-password/<uid>/<token>", views.reset_password, name="reset_password"),
]
