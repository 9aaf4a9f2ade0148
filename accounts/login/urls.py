from django.urls import path

from . import second_factor_views, views

urlpatterns = [
    path("register", views.register, name="register"),
    path("login", views.log_in, name="login"),
    path("login/code", second_factor_views.log_in_code, name="login_code"),
    path("logout", views.log_out, name="logout"),
    path("waiting", views.waiting, name="waiting"),
    path("profile/second-factor", second_factor_views.own_second_factor, name="second_factor"),
]
