from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from simple_history.admin import SimpleHistoryAdmin

from accounts.audit_log import Event, record

from .admin_forms import BatchAdminForm
from .listing.filters import search_query
from .models import Batch, OwnStock, Product
from .models.batch_queryset import NEWEST_FIRST, BatchQuerySet
from .models.recall_lock import share_recall_lock
from .register.history import history_of

MOST_IN_AN_ADDRESS = 500  # codes; servers take addresses of some 8,000 bytes


class FirstPages(Paginator):
    """Pages of some rows of many: neither all are counted, nor all before a page skipped."""

    MOST = 1000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[: self.MOST].count())


class KeptAdmin(SimpleHistoryAdmin):  # type: ignore[misc] # it has no types
    """Shows what was, and never takes it back: a form of long ago would undo a recall.

    SIMPLE_HISTORY_REVERT_DISABLED only hides the button.
    """

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """In the words of a batch's page."""
        try:
            key = self.model._meta.pk.to_python(unquote(object_id))
        except ValidationError:
            raise Http404 from None
        context = {"history": history_of(self.model, key)} | (extra_context or {})
        response: HttpResponse = super().history_view(request, object_id, context)
        return response

    def set_history_delta_changes(self, *args: Any, **options: Any) -> None:
        """The story tells them."""

    @method_decorator(require_safe)
    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().history_form_view(request, *args, **kwargs)
        return response


@admin.register(Product)
class ProductAdmin(KeptAdmin):
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

    def save_model(self, request: HttpRequest, obj: Product, form: ModelForm, change: Any) -> None:
        super().save_model(request, obj, form, change)
        labelled = obj.batches.filter(removed_on=None).with_labels_out()
        wrong = [it for it in labelled.prefetch_related("printed_labels") if it.wrong_labels()]
        if "name" in form.changed_data and wrong:
            words = ngettext(
                'Labels of {} batch are wrong now: <a href="{}">print new ones</a>.',
                'Labels of {} batches are wrong now: <a href="{}">print new ones</a>.',
                len(wrong),
            )
            link = f"{reverse('batches')}?product={obj.pk}"
            self.message_user(request, format_html(words, len(wrong), link), messages.WARNING)


@admin.register(OwnStock)
class OwnStockAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "label_width", "label_height"]
    search_fields = ["name"]


@admin.register(Batch)
class BatchAdmin(KeptAdmin):
    list_display = [
        "batch_identifier",
        "product",
        "butcher_date",
        "arrival_date",
        "use_by",
        "status",
        "created_by",
    ]
    form = BatchAdminForm
    list_filter = ["product", "arrival_date", ("recalled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["product", "created_by"]
    search_fields = [*Batch.FOLDED]
    ordering = NEWEST_FIRST
    paginator = FirstPages
    show_full_result_count = False
    actions = ["recall"]
    readonly_fields = [
        "id",
        "caution_from",
        "expired_from",
        "recalled_at",
        "recall_reason",
        "created_by",
        "created_at",
        "updated_at",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("product", "batch_identifier", "butcher_date", "arrival_date", "use_by"),
                    "version",
                ]
            },
        ),
        (_("Supplier"), {"fields": ["supplier", "supplier_lot"]}),
        (
            _("Taken off the shelf"),
            {"fields": ["removed_on", "removal", "removal_reason", "discarded_weight"]},
        ),
        (_("Recall"), {"fields": ["recalled_at", "recall_reason"]}),
        (
            _("Filled in automatically"),
            {
                "fields": [
                    *("id", "caution_from", "expired_from"),
                    *("created_by", "created_at", "updated_at"),
                ]
            },
        ),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: BatchQuerySet, search_term: str
    ) -> tuple[BatchQuerySet, bool]:
        """As the portal's list is searched."""
        text = search_term.strip()
        return (queryset.filter(search_query(text)[0]) if text else queryset), False

    @admin.display(description=_("status"))
    def status(self, batch: Batch) -> str:
        return str(batch.status().label)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Batch | None:
        """The batch, to be changed or shown; held where the admin opened a transaction for it."""
        if transaction.get_connection().in_atomic_block:
            share_recall_lock()  # before the batch itself: whoever recalls takes them in this order
        batch: Batch | None = super().get_object(request, object_id, from_field)
        return batch and Batch.objects.locked().filter(pk=batch.pk).first()

    def has_delete_permission(self, request: HttpRequest, obj: Batch | None = None) -> bool:
        """A recalled batch stays: its report warns whoever bought it. Hence not many at once."""
        deletable = obj is not None and obj.recalled_at is None
        return super().has_delete_permission(request, obj) and deletable

    @admin.action(description=_("Recall the selected batches"))
    def recall(self, request: HttpRequest, queryset: BatchQuerySet) -> HttpResponse:
        """By the portal's page: it shows what is recalled, and keeps a record of it."""
        codes = list(queryset.values_list("pk", flat=True)[: MOST_IN_AN_ADDRESS + 1])
        if len(codes) > MOST_IN_AN_ADDRESS:
            words = _(
                "These are too many at once. Recall them by what they have in common: product, "
                "supplier or dates."
            )
            self.message_user(request, words, messages.WARNING)
            codes = []
        query = urlencode({"batch": " ".join(codes)})
        return redirect(f"{reverse('add_recall')}?{query}")

    def response_change(self, request: HttpRequest, obj: Batch) -> HttpResponse:
        if obj.wrong_labels():
            words = _('Labels of this batch are wrong now: <a href="{}">see which</a>.')
            link = obj.get_absolute_url()
            self.message_user(request, format_html(str(words), link), messages.WARNING)
        response: HttpResponse = super().response_change(request, obj)
        return response

    def view_on_site(self, batch: Batch) -> str:
        return reverse("report", args=[batch.pk])

    def save_model(self, request: HttpRequest, obj: Batch, form: ModelForm, change: Any) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        if recall := obj.joined_recall:
            record(Event.RECALLED, request, recall=recall.pk, reason=recall.reason, batches=1)
            words = _(
                "This supplier's lot is recalled, so the batch is saved as recalled: {} "
                '<a href="{}">Release it in the record of the recall</a> if it may be sold.'
            )
            told = format_html(str(words), recall.reason, recall.get_absolute_url())
            self.message_user(request, told, messages.WARNING)
