from django.urls import path

from . import views

urlpatterns = [
    path("admin", views.today, name="portal"),
    path("admin/batches/remove", views.remove_batches, name="remove_batches"),
    path("admin/batches/put-back", views.restore_to_shelf, name="restore_to_shelf"),
    path("admin/batches/<code:code>/remove", views.remove_batches, name="remove_batch"),
]
