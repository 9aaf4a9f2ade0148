from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MinValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop, ngettext, override
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from freshness.config.validators import validate_visible

from ..barcodes.qr import qr_svg
from ..rules.batch_code import LENGTH, new_code
from ..rules.shelf_life import FOR_SALE, ShelfLife, Status, batch_status, days_on_shelf
from ..shop_clock import shop_today
from .batch_constraints import (
    CONSTRAINTS,
    EARLIEST,
    FIELD_TO_MEND,
    IDENTIFIER_IS_ITS_OWN,
    validate_identifier,
    validate_year,
)
from .batch_queryset import NEWEST_FIRST, BatchQuerySet
from .case_folding import FoldedField, Lot, looked_for, lot_key
from .product import Product
from .recall_lock import share_recall_lock
from .update_fields import with_fields

if TYPE_CHECKING:
    from .label_run import PrintedLabels
    from .recall import Recall


NOT_FOR_SALE = gettext_noop("Not for sale")


class Removal(models.TextChoices):
    """How a batch left the shelf."""

    SOLD_OUT = "sold-out", _("Sold out")
    DISCARDED = "discarded", _("Discarded")


class Batch(models.Model):
    """Meat or fish of one product that arrived together; what a label stands for."""

    id = models.CharField(
        _("code"), primary_key=True, max_length=LENGTH, default=new_code, editable=False
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        related_name="batches",
        db_index=False,  # batch_of_product is one
        verbose_name=_("product"),
    )
    batch_identifier = models.CharField(
        _("batch identifier"),
        max_length=20,
        validators=[validate_identifier],
        help_text=_(
            "Your own number for it: up to 20 letters, digits, dots, hyphens, underscores."
        ),
    )
    butcher_date = models.DateField(_("butcher date"), validators=[validate_year])
    arrival_date = models.DateField(_("arrival date"), validators=[validate_year])
    use_by = models.DateField(
        _("use-by date"),
        null=True,
        blank=True,
        validators=[validate_year],
        help_text=_("From the supplier's label, if it has one."),
    )
    supplier = models.CharField(
        _("supplier"), max_length=120, blank=True, validators=[validate_visible]
    )
    supplier_lot = models.CharField(
        _("supplier's lot"), max_length=60, blank=True, validators=[validate_visible]
    )

    # The shelf life its product had when the batch was recorded: a label keeps its promise.
    fresh_days = models.PositiveSmallIntegerField(editable=False)
    caution_days = models.PositiveSmallIntegerField(editable=False)
    caution_from = models.DateField(editable=False)
    expired_from = models.DateField(editable=False)

    batch_identifier_folded = FoldedField(default="", editable=False)
    supplier_folded = FoldedField(default="", editable=False)
    supplier_lot_folded = FoldedField(default="", editable=False)

    removed_on = models.DateField(
        _("taken off the shelf on"), null=True, blank=True, validators=[validate_year]
    )
    # Left empty only by those who came before there was a choice.
    removal = models.CharField(
        _("how it left the shelf"), max_length=9, choices=Removal.choices, blank=True
    )
    removal_reason = models.CharField(
        _("why it was taken off"), max_length=200, blank=True, validators=[validate_visible]
    )
    discarded_weight = models.DecimalField(
        _("weight discarded (kg)"),
        max_digits=7,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.001"), _("Write a weight above 0, or none."))],
    )
    recalled_at = models.DateTimeField(
        _("recalled at"), null=True, blank=True, validators=[validate_year]
    )
    recall_reason = models.CharField(
        _("reason for the recall"),
        max_length=200,
        blank=True,
        validators=[validate_visible],
        help_text=_("Customers read this."),
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, verbose_name=_("recorded by")
    )
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    # The shop's latest date at a save: by it the database refuses what has not come yet.
    saved_on = models.DateField(editable=False)

    objects = BatchQuerySet.as_manager()
    FOLDED = {
        "batch_identifier_folded": "batch_identifier",
        "supplier_folded": "supplier",
        "supplier_lot_folded": "supplier_lot",
    }
    # What `plan` fills in.
    PLANNED = ["fresh_days", "caution_days", "caution_from", "expired_from", "saved_on", *FOLDED]

    # The recall that the last save has put it into, because its supplier's lot is recalled.
    joined_recall: "Recall | None" = None
    # Who puts it on the shelf although its lot is recalled, and why; for the next save.
    _shelf_decision: tuple[AbstractBaseUser, str] | None = None

    history = HistoricalRecords(excluded_fields=["updated_at", "saved_on", *FOLDED])

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(fields=NEWEST_FIRST, name="batch_newest_first"),
            models.Index(fields=["product", *NEWEST_FIRST], name="batch_of_product"),
            models.Index(fields=NEWEST_FIRST, condition=Q(removed_on=None), name="batch_on"),
            models.Index(
                fields=NEWEST_FIRST, condition=Q(removed_on__isnull=False), name="batch_off"
            ),
            models.Index(
                fields=NEWEST_FIRST, condition=Q(recalled_at__isnull=False), name="batch_recalled"
            ),
            models.Index(
                fields=["product", *NEWEST_FIRST],
                condition=Q(removed_on=None),
                name="batch_of_product_on",
            ),
            models.Index(
                fields=["product", *NEWEST_FIRST],
                condition=Q(recalled_at__isnull=False),
                name="batch_of_product_recalled",
            ),
            # All that is asked of those that are on the shelf, few among all that ever were.
            models.Index(
                fields=["expired_from", "arrival_date", "id", "caution_from", "product"],
                condition=Q(removed_on=None, recalled_at=None),
                name="batch_on_shelf",
            ),
            models.Index(fields=["expired_from", "arrival_date"], name="batch_expired_from"),
            models.Index(fields=["batch_identifier_folded"], name="batch_by_identifier"),
            models.Index(fields=["supplier_folded"], name="batch_by_supplier"),
            models.Index(fields=["supplier_lot_folded", "supplier_folded"], name="batch_by_lot"),
            models.Index(fields=["butcher_date"], name="batch_by_butcher_date"),
            models.Index(fields=["use_by"], name="batch_by_use_by"),
        ]
        constraints = CONSTRAINTS

    def __str__(self) -> str:
        return self.batch_identifier

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])

    def report_url(self) -> str:
        """Where customers read of this batch: what its QR code says."""
        return settings.PUBLIC_URL + reverse("report", args=[self.pk])

    def label_says(self) -> dict[str, str]:
        """What a label of it says, by field; `address` is where its code leads.

        It is compared with what labels said long ago, so it is the same in all languages.
        """
        return {
            "product": self.product.name,
            "batch_identifier": self.batch_identifier,
            "butcher_date": self.butcher_date.isoformat(),
            "arrival_date": self.arrival_date.isoformat(),
            "use_by": self.use_by.isoformat() if self.use_by else "",
            "warning": "" if self.may_be_sold() else NOT_FOR_SALE,
            "address": settings.PUBLIC_URL,
        }

    def label_warning(self) -> str:
        """What a label of it warns of, in the shop's language; empty while it may be sold."""
        with override(settings.LANGUAGE_CODE):
            return "" if self.may_be_sold() else gettext(NOT_FOR_SALE)

    def wrong_labels(self) -> list["PrintedLabels"]:
        """Its labels that are still out and say what is not so any more."""
        return [
            printed
            for printed in self.printed_labels.all()
            if printed.is_out and printed.differences()
        ]

    def labels_out(self) -> int:
        """How many of its labels may be on packs."""
        return sum(printed.copies for printed in self.printed_labels.all() if printed.is_out)

    def lot_key(self) -> Lot | None:
        """Return its supplier and the supplier's lot as they are compared, or None."""
        return lot_key(self.supplier, self.supplier_lot)

    def qr_code(self) -> SafeString:
        return qr_svg(self.report_url())

    def spelled_code(self) -> str:
        """The code as it is read out and typed in: two groups of five."""
        return f"{self.pk[:5]} {self.pk[5:]}"

    def clean(self) -> None:
        """What a clock that was ahead has left in the future may stay as it is."""
        days = {
            name: getattr(self, name) for name in ("butcher_date", "arrival_date", "removed_on")
        }
        days["recalled_at"] = self.recalled_at and timezone.localdate(self.recalled_at)
        today = shop_today()
        late = [name for name, day in days.items() if day and day > today]
        if not late:
            return
        is_new = self._state.adding
        saved = {} if is_new else Batch.objects.filter(pk=self.pk).values(*late).first() or {}
        message = _("This day has not come yet. Enter a day up to today.")
        future = {
            name: ValidationError(message, code="future")
            for name in late
            if saved.get(name) != getattr(self, name)
        }
        if future:
            raise ValidationError(future)

    def latest_day(self) -> date:
        """Today, or the day of an earlier save where the shop's clock was ahead."""
        return max(shop_today(), self.saved_on or EARLIEST)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """As Django does it, with each message at the field that mends it."""
        try:
            super().validate_constraints(exclude=exclude)
        except ValidationError as refused:
            by_field: dict[str, list[ValidationError]] = {}
            for error in refused.error_dict[NON_FIELD_ERRORS]:
                field = FIELD_TO_MEND.get(error.code or "", NON_FIELD_ERRORS)
                by_field.setdefault(field, []).append(error)
            raise ValidationError(by_field) from None
        if "batch_identifier" not in (exclude or ()):
            self.refuse_taken_identifier()

    def refuse_taken_identifier(self) -> None:
        """A database in a Turkish locale has another small letter for I than all others have."""
        same = Batch.objects.filter(batch_identifier_folded=looked_for(self.batch_identifier))
        if same.exclude(pk=self.pk).exists():
            message = IDENTIFIER_IS_ITS_OWN.get_violation_error_message()
            error = ValidationError(message, code=IDENTIFIER_IS_ITS_OWN.violation_error_code)
            raise ValidationError({"batch_identifier": error})

    def save(self, **options: Any) -> None:
        """Save, with the days on which it turns.

        Of a supplier's lot that stands recalled it joins the recall, unless `leave_on_shelf` was
        called before.
        """
        from .recalled_lots import recall_to_join  # which imports this module

        self.plan()
        self.joined_recall = None
        names = options.get("update_fields")
        has_new_lot = names is None or not {"supplier", "supplier_lot"}.isdisjoint(names)
        with transaction.atomic(using=options.get("using")):
            recall = None
            if has_new_lot and self.lot_key():
                share_recall_lock()
                recall = recall_to_join(self)
            self.save_with_free_code(options)
            if recall:
                self.join(recall)
        self._shelf_decision = None

    def save_with_free_code(self, options: dict[str, Any]) -> None:
        """A code that is taken is drawn again."""
        try:
            with transaction.atomic(using=options.get("using")):
                super().save(**with_fields(options, *self.PLANNED))
        except IntegrityError:
            if not (self._state.adding and Batch.objects.filter(pk=self.pk).exists()):
                raise
            self.pk = new_code()
            self.save_with_free_code(options)

    def join(self, recall: "Recall") -> None:
        """Join `recall` in the name of whoever has just saved it, or stay on the shelf."""
        if self._shelf_decision:
            recall.leave_on_shelf([self.pk], *self._shelf_decision)
        else:
            saved = self.history.select_related("history_user").order_by("-history_id").first()
            author = saved.history_user if saved else None
            recall.add([self.pk], author or self.created_by, joined_at=timezone.now())
            self.joined_recall = recall
        changed = ["recalled_at", "recall_reason", "updated_at", "saved_on"]
        self.refresh_from_db(fields=changed)

    def leave_on_shelf(self, author: AbstractBaseUser, reason: str) -> None:
        """Let the next save put it on the shelf although its supplier's lot is recalled.

        That save raises PermissionDenied unless `author` may release a recall.
        """
        self._shelf_decision = author, reason

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Its labels are forgotten with it; how many may be on packs stays in its history."""
        if out := self.labels_out():
            message = ngettext(
                "%(labels)s label of it may still be on a pack.",
                "%(labels)s labels of it may still be on packs.",
                out,
            )
            self._change_reason = message % {"labels": out}
        return super().delete(*args, **options)

    def plan(self, keeps_product: bool | None = None) -> None:
        """Fill in what follows from the product and the dates.

        Whether its product is the one it had, the database is asked unless the caller knows.
        """
        if keeps_product is None:
            keeps_product = Batch.objects.filter(pk=self.pk, product=self.product).exists()
        if self._state.adding or not keeps_product:
            self.fresh_days = self.product.fresh_days
            self.caution_days = self.product.caution_days
        life = ShelfLife.from_dates(
            self.arrival_date,
            self.use_by,
            fresh_days=self.fresh_days,
            caution_days=self.caution_days,
        )
        self.caution_from, self.expired_from = life.caution_from, life.expired_from
        self.saved_on = self.latest_day()
        for name, of in self.FOLDED.items():
            setattr(self, name, looked_for(getattr(self, of)))

    def shelf_life(self) -> ShelfLife:
        return ShelfLife(self.caution_from, self.expired_from)

    def status(self, today: date | None = None) -> Status:
        return batch_status(
            self.shelf_life(),
            today or shop_today(),
            is_removed=self.removed_on is not None,
            is_recalled=self.recalled_at is not None,
        )

    def is_on_shelf(self) -> bool:
        """Whether it is neither removed nor recalled."""
        return not (self.removed_on or self.recalled_at)

    def may_be_sold(self, today: date | None = None) -> bool:
        return self.status(today) in FOR_SALE

    def days_on_shelf(self, today: date | None = None) -> int:
        return days_on_shelf(self.arrival_date, today or shop_today())
