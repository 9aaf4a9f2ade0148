from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Batch, Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "emoji", "fresh_days", "caution_days", "active"]
    list_filter = ["active"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "emoji", "storage_advice", "active"]}),
        (
            _("Shelf life"),
            {
                "fields": ["fresh_days", "caution_days"],
                "description": _(
                    "A change holds for batches recorded from now on. Batches recorded before keep "
                    "the shelf life they had, as their labels promise it."
                ),
            },
        ),
    ]


@admin.register(Batch)
class BatchAdmin(admin.ModelAdmin):
    list_display = [
        "batch_identifier",
        "product",
        "butcher_date",
        "arrival_date",
        "use_by",
        "status",
        "created_by",
    ]
    list_filter = ["product", "arrival_date", ("recalled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["product", "created_by"]
    search_fields = ["batch_identifier", "id", "supplier", "supplier_lot"]
    ordering = ["-created_at", "-pk"]
    autocomplete_fields = ["product"]
    readonly_fields = [
        "id",
        "caution_from",
        "expired_from",
        "created_by",
        "created_at",
        "updated_at",
    ]
    fieldsets = [
        (
            None,
            {"fields": ["product", "batch_identifier", "butcher_date", "arrival_date", "use_by"]},
        ),
        (_("Supplier"), {"fields": ["supplier", "supplier_lot"]}),
        (_("Taken off the shelf"), {"fields": ["removed_on", "removal_reason"]}),
        (_("Recall"), {"fields": ["recalled_at", "recall_reason"]}),
        (_("Kept by itself"), {"fields": [*readonly_fields]}),
    ]

    @admin.display(description=_("status"))
    def status(self, batch: Batch) -> str:
        return str(batch.freshness().label)

    def view_on_site(self, batch: Batch) -> str:
        return reverse("report", args=[batch.pk])

    def save_model(self, request: HttpRequest, obj: Batch, form: ModelForm, change: Any) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
