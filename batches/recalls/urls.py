from django.urls import path

from . import views

urlpatterns = [
    path("admin/batches/<code:code>/recall", views.add_recall, name="recall_batch"),
    path("admin/recalls", views.recalls, name="recalls"),
    path("admin/recalls/new", views.add_recall, name="add_recall"),
    path("admin/recalls/<int:number>", views.show_recall, name="recall"),
    path("admin/recalls/<int:number>/record", views.download_recall, name="download_recall"),
    path("admin/recalls/<int:number>/release", views.release, name="release"),
]
