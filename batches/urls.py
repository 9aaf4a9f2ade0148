from django.urls import include, path, register_converter

from .converters import AnythingConverter, CodeConverter, LengthConverter

register_converter(AnythingConverter, "anything")
register_converter(CodeConverter, "code")
register_converter(LengthConverter, "length")

urlpatterns = [
    path("", include("batches.report.urls")),
    path("", include("batches.shelf.urls")),
    path("", include("batches.register.urls")),
    path("", include("batches.recalls.urls")),
    path("", include("batches.scans.urls")),
    path("", include("batches.spreadsheets.urls")),
    path("", include("batches.labels.urls")),
]
