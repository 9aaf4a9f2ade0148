from django.urls import include, path

urlpatterns = [
    path("", include("accounts.login.urls")),
    path("", include("accounts.profile.urls")),
    path("", include("accounts.password_reset.urls")),
]
