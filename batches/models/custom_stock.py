from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from freshness.config.validators import validate_visible

from ..rules.label_stock import DOTS_PER_INCH, Stock, ready_made

LENGTHS = [
    MinValueValidator(5.0, _("This is less than 5 mm. Check the number, and its unit.")),
    MaxValueValidator(1000.0, _("This is more than 1 m. Check the number, and its unit.")),
]
MARGINS = [
    MinValueValidator(0.0, _("The labels would begin beside the page. Write 0 or more.")),
    MaxValueValidator(500.0, _("This is more than 500 mm. Check the number, and its unit.")),
]
MOST_IN_A_ROW = 100
COUNTS = [MinValueValidator(1), MaxValueValidator(MOST_IN_A_ROW)]


class OwnStock(models.Model):
    """Label stock that the shop has measured itself. Lengths are in mm."""

    KEY_PREFIX = "own-"

    class Kind(models.TextChoices):
        SHEET = "sheet", _("Sheets, for an office printer")
        ROLL = "roll", _("A roll, for a label printer")

    name = models.CharField(
        _("name"),
        max_length=60,
        validators=[validate_visible],
        help_text=_("Such as “Counter labels”."),
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.SHEET)
    label_width = models.FloatField(_("label's width"), validators=LENGTHS)
    label_height = models.FloatField(_("label's height"), validators=LENGTHS)
    dots_per_inch = models.PositiveSmallIntegerField(
        _("printer's dots per inch"),
        choices=[(dots, str(dots)) for dots in DOTS_PER_INCH],
        default=DOTS_PER_INCH[0],
    )
    page_width = models.FloatField(_("page's width"), validators=LENGTHS, default=210.0)
    page_height = models.FloatField(_("page's height"), validators=LENGTHS, default=297.0)
    columns = models.PositiveSmallIntegerField(_("labels across"), validators=COUNTS, default=1)
    rows = models.PositiveSmallIntegerField(_("labels down"), validators=COUNTS, default=1)
    margin_left = models.FloatField(_("left margin"), validators=MARGINS, default=0.0)
    margin_top = models.FloatField(_("top margin"), validators=MARGINS, default=0.0)
    pitch_x = models.FloatField(_("step across"), validators=LENGTHS)
    pitch_y = models.FloatField(_("step down"), validators=LENGTHS)

    class Meta:
        verbose_name = _("label stock of our own")
        verbose_name_plural = _("label stock of our own")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="own_stock_name_is_its_own",
                violation_error_code="unique",
                violation_error_message=_("There is stock of this name already. Choose another."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"{self.KEY_PREFIX}{self.pk}"

    @classmethod
    def number_of(cls, key: str) -> int | None:
        """The primary key of the own stock with this `Stock.key`; None for a maker's."""
        number = key.removeprefix(cls.KEY_PREFIX)
        return int(number) if key != number else None

    def clean(self) -> None:
        """What the measures, each possible by itself, make impossible together."""
        lengths = [getattr(self, field.name) for field in self._meta.concrete_fields[1:]]
        if None in lengths:  # refused already
            return
        faults = self.stock().faults()
        errors = {field: ValidationError(words, code="fault") for field, words in faults}
        if errors:
            raise ValidationError(errors)

    def stock(self) -> Stock:
        label = (self.label_width, self.label_height)
        is_roll = self.kind == self.Kind.ROLL
        return Stock(
            key=self.key,
            maker="",
            name=self.name,
            is_roll=is_roll,
            page=label if is_roll else (self.page_width, self.page_height),
            grid=(1, 1) if is_roll else (self.columns, self.rows),
            label=label,
            margin=(0, 0) if is_roll else (self.margin_left, self.margin_top),
            pitch=label if is_roll else (self.pitch_x, self.pitch_y),
            dots_per_inch=self.dots_per_inch,
        )


def known_stock() -> dict[str, Stock]:
    """All stock one can print on, by key: the shop's own first, then the makers'."""
    return {own.key: own.stock() for own in OwnStock.objects.all()} | ready_made()
