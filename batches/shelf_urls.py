from django.urls import path

from . import day_views

urlpatterns = [
    path("admin", day_views.today, name="portal"),
    path("admin/batches/remove", day_views.remove_batches, name="remove_batches"),
    path("admin/batches/put-back", day_views.put_back, name="put_back"),
    path("admin/batches/<code:code>/remove", day_views.remove_batches, name="remove_batch"),
]
