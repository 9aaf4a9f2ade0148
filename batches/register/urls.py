from django.urls import path

from . import views

urlpatterns = [
    path("admin/batches", views.list_batches, name="batches"),
    path("admin/batches/new", views.add_batch, name="add_batch"),
    path("admin/batches/check", views.check_batch, name="check_new_batch"),
    path("admin/batches/<code:code>", views.show_batch, name="batch"),
    path("admin/batches/<code:code>/edit", views.edit_batch, name="edit_batch"),
    path("admin/batches/<code:code>/check", views.check_batch, name="check_batch"),
    path("admin/batches/<code:code>/delete", views.delete_batch, name="delete_batch"),
]
