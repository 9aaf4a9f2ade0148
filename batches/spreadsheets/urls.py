from django.urls import path

from .export import export, export_products, import_template
from .importing import views as import_views

urlpatterns = [
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
]
