from django.urls import path

from . import profile_views, reset_views, second_factor_views, views

urlpatterns = [
    path("register", views.register, name="register"),
    path("login", views.log_in, name="login"),
    path("login/code", second_factor_views.log_in_code, name="login_code"),
    path("logout", views.log_out, name="logout"),
    path("waiting", views.waiting, name="waiting"),
    path("profile", profile_views.profile, name="profile"),
    path(
        "profile/sign-out-everywhere",
        profile_views.sign_out_everywhere,
        name="sign_out_everywhere",
    ),
    path("profile/second-factor", second_factor_views.own_second_factor, name="second_factor"),
    path("reset-password", reset_views.ask_for_reset, name="ask_for_reset"),
    path("reset-password/<uid>/<token>", reset_views.reset_password, name="reset_password"),
]
