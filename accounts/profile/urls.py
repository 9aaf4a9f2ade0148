from django.urls import path

from . import views

urlpatterns = [
    path("profile", views.profile, name="profile"),
    path("profile/sign-out-everywhere", views.sign_out_everywhere, name="sign_out_everywhere"),
]
