from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from freshness.config.validators import validate_visible

from .case_folding import LAST, folded
from .update_fields import with_fields


class Product(models.Model):
    """What a shop sells by the batch, with the shelf life the shop gives it."""

    name = models.CharField(_("name"), max_length=60, validators=[validate_visible])
    name_folded = models.TextField(unique=True, editable=False)
    emoji = models.CharField(_("emoji"), max_length=16, blank=True, validators=[validate_visible])
    fresh_days = models.PositiveSmallIntegerField(
        _("fresh through day"),
        default=2,
        validators=[MaxValueValidator(3650)],
        help_text=_("Days on the shelf; the day of arrival is 0."),
    )
    caution_days = models.PositiveSmallIntegerField(
        _("caution through day"),
        default=4,
        validators=[MaxValueValidator(3650)],
        help_text=_("From the day after, the batch is expired."),
    )
    storage_advice = models.CharField(
        _("storage advice"), max_length=200, blank=True, validators=[validate_visible]
    )
    active = models.BooleanField(
        _("active"), default=True, help_text=_("Untick this to offer it no longer for new batches.")
    )

    history = HistoricalRecords(excluded_fields=["name_folded"])

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name_folded"]
        constraints = [
            models.CheckConstraint(
                condition=Q(caution_days__gte=F("fresh_days")),
                name="product_caution_comes_after_fresh",
                violation_error_message=_(
                    "The days of caution cannot end before the fresh days do."
                ),
            )
        ]

    PLANNED = ["name_folded"]

    def __str__(self) -> str:
        return f"{self.emoji} {self.name}".strip()

    def clean(self) -> None:
        self.tidy()
        same_name = Q(name_folded=self.name_folded)
        if not Product.objects.filter(same_name, pk=self.pk).exists():
            same_name |= Q(name_folded__startswith=self.name_folded + LAST)
        if Product.objects.filter(same_name).exclude(pk=self.pk).exists():
            message = _(
                "There is already a product with this name. Change that one, or take another name."
            )
            raise ValidationError({"name": ValidationError(message, code="unique")})

    def tidy(self) -> None:
        self.name = " ".join(self.name.split())
        self.fold_name()

    def fold_name(self) -> None:
        """Set `name_folded`, by which no two products have the same name.

        Two that were told apart before Turkish capitals were understood stay two: one of them
        keeps its `twin_name` until it is renamed.
        """
        plain = folded(self.name)
        if self.name_folded != twin_name(plain, self.pk):
            self.name_folded = plain

    def save(self, **options: Any) -> None:
        self.fold_name()
        super().save(**with_fields(options, *self.PLANNED))


def twin_name(name_folded: str, key: Any) -> str:
    """What stands for `name_folded` where another product has that name already."""
    return f"{name_folded}{LAST}{key}"
