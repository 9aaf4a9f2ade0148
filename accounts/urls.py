from django.urls import path

from .login import second_factor_views, views
from .password_reset import views
from .profile import views

urlpatterns = [
    path("register", views.register, name="register"),
    path("login", views.log_in, name="login"),
    path("login/code", second_factor_views.log_in_code, name="login_code"),
    path("logout", views.log_out, name="logout"),
    path("waiting", views.waiting, name="waiting"),
    path("profile", views.profile, name="profile"),
    path(
        "profile/sign-out-everywhere",
        views.sign_out_everywhere,
        name="sign_out_everywhere",
    ),
    path("profile/second-factor", second_factor_views.own_second_factor, name="second_factor"),
    path("reset-password", views.ask_for_reset, name="ask_for_reset"),
    path("reset-password/<uid>/<token>", views.reset_password, name="reset_password"),
]
