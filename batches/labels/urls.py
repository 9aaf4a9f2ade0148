from django.urls import path

from . import run_views
from .custom_stock import views
from .views import labels

urlpatterns = [
    path("admin/labels", labels, name="labels"),
    path("admin/labels/<int:run>", run_views.label_run, name="label_run"),
    path("admin/labels/<int:run>.zpl", run_views.label_run_zpl, name="label_run_zpl"),
    path("admin/labels/<int:run>/undo", run_views.undo_label_run, name="undo_label_run"),
    path("admin/batches/<code:code>/labels-gone", run_views.labels_gone, name="labels_gone"),
    path("admin/labels/test-page", views.label_test_page, name="label_test_page"),
    path(
        "admin/labels/page-<length:width>x<length:height>.css",
        views.page_size,
        name="page_size",
    ),
    path("admin/labels/stock/new", views.add_stock, name="add_stock"),
    path("admin/labels/stock/<int:number>", views.edit_stock, name="edit_stock"),
    path("admin/labels/stock/<int:number>/delete", views.delete_stock, name="delete_stock"),
]
