from django.urls import path

from . import recall_views

urlpatterns = [
    path("admin/batches/<code:code>/recall", recall_views.add_recall, name="recall_batch"),
    path("admin/recalls", recall_views.recalls, name="recalls"),
    path("admin/recalls/new", recall_views.add_recall, name="add_recall"),
    path("admin/recalls/<int:number>", recall_views.show_recall, name="recall"),
    path("admin/recalls/<int:number>/record", recall_views.download_recall, name="download_recall"),
    path("admin/recalls/<int:number>/release", recall_views.release, name="release"),
]
