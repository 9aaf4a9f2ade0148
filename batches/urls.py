from django.urls import path, register_converter

from . import day_views, recall_views, report_views, scan_views, views
from .converters import AnythingConverter, CodeConverter, LengthConverter
from .export import export, export_products, import_template
from .importing import views as import_views
from .labels import run_views, stock_views
from .labels.views import labels

register_converter(AnythingConverter, "anything")
register_converter(CodeConverter, "code")
register_converter(LengthConverter, "length")

urlpatterns = [
    path("", report_views.landing, name="landing"),
    path("batch/<anything:text>", report_views.report, name="report"),
    path("admin", day_views.today, name="portal"),
    path("admin/batches", views.list_batches, name="batches"),
    path("admin/batches/new", views.add_batch, name="add_batch"),
    path("admin/batches/check", views.check_batch, name="check_new_batch"),
    path("admin/batches/remove", day_views.remove_batches, name="remove_batches"),
    path("admin/batches/put-back", day_views.put_back, name="put_back"),
    path("admin/batches/<code:code>", views.show_batch, name="batch"),
    path("admin/batches/<code:code>/edit", views.edit_batch, name="edit_batch"),
    path("admin/batches/<code:code>/check", views.check_batch, name="check_batch"),
    path("admin/batches/<code:code>/remove", day_views.remove_batches, name="remove_batch"),
    path("admin/batches/<code:code>/recall", recall_views.add_recall, name="recall_batch"),
    path("admin/batches/<code:code>/delete", views.delete_batch, name="delete_batch"),
    path("admin/batches/<code:code>/labels-gone", run_views.labels_gone, name="labels_gone"),
    path("admin/recalls", recall_views.recalls, name="recalls"),
    path("admin/recalls/new", recall_views.add_recall, name="add_recall"),
    path("admin/recalls/<int:number>", recall_views.show_recall, name="recall"),
    path("admin/recalls/<int:number>/record", recall_views.download_recall, name="download_recall"),
    path("admin/recalls/<int:number>/release", recall_views.release, name="release"),
    path("admin/scans", scan_views.scans, name="scans"),
    path("admin/export", export, name="export"),
    path("admin/export/products", export_products, name="export_products"),
    path("admin/import", import_views.import_file, name="import"),
    path("admin/import/template", import_template, name="import_template"),
    path("admin/import/<int:number>", import_views.show_import, name="show_import"),
    path("admin/import/<int:number>/rows", import_views.download_rows, name="import_rows"),
    path("admin/import/<int:number>/confirm", import_views.confirm_import, name="confirm_import"),
    path("admin/import/<int:number>/dates", import_views.answer_dates, name="answer_dates"),
    path(
        "admin/import/<int:number>/lookalikes",
        import_views.confirm_lookalikes,
        name="confirm_lookalikes",
    ),
    path("admin/import/<int:number>/drop", import_views.drop_import, name="drop_import"),
    path("admin/labels", labels, name="labels"),
    path("admin/labels/<int:run>", run_views.label_run, name="label_run"),
    path("admin/labels/<int:run>.zpl", run_views.label_run_zpl, name="label_run_zpl"),
    path("admin/labels/<int:run>/undo", run_views.undo_label_run, name="undo_label_run"),
    path("admin/labels/test-page", stock_views.label_test_page, name="label_test_page"),
    path(
        "admin/labels/page-<length:width>x<length:height>.css",
        stock_views.page_size,
        name="page_size",
    ),
    path("admin/labels/stock/new", stock_views.add_stock, name="add_stock"),
    path("admin/labels/stock/<int:number>", stock_views.edit_stock, name="edit_stock"),
    path("admin/labels/stock/<int:number>/delete", stock_views.delete_stock, name="delete_stock"),
]
