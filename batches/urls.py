from django.urls import path, register_converter

from . import views
from .converters import AnythingConverter, CodeConverter

register_converter(AnythingConverter, "anything")
register_converter(CodeConverter, "code")

urlpatterns = [
    path("", views.landing, name="landing"),
    path("batch/<anything:text>", views.report, name="report"),
    path("admin", views.portal, name="portal"),
    path("admin/batches/new", views.add_batch, name="add_batch"),
    path("admin/batches/<code:code>", views.show_batch, name="batch"),
    path("admin/batches/<code:code>/edit", views.edit_batch, name="edit_batch"),
    path("admin/batches/<code:code>/delete", views.delete_batch, name="delete_batch"),
    path("admin/labels", views.print_labels, name="labels"),
]
