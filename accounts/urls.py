from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from . import views

urlpatterns = [
    path("register", views.register, name="register"),
    path("login", views.log_in, name="login"),
    # Open: a second tab may sign out twice.
    path("logout", login_not_required(LogoutView.as_view()), name="logout"),
    path("profile", views.profile, name="profile"),
    path("waiting", views.waiting, name="waiting"),
]
