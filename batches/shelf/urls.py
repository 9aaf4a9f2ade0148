from django.urls import path

from . import views

urlpatterns = [
    path("admin", views.today, name="portal"),
    path("admin/batches/remove", views.remove_batches, name="remove_batches"),
    path("admin/batches/put-back", views.put_back, name="put_back"),
    path("admin/batches/<code:code>/remove", views.remove_batches, name="remove_batch"),
]
