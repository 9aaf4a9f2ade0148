from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from freshness.config.validators import validate_visible

validate_plain = RegexValidator(
    r"^[\x21-\x7e]*\Z", _("Use plain letters, as in a@b.com."), "letters"
)


def languages() -> list[tuple[str, str]]:
    return settings.LANGUAGES


def hours() -> list[tuple[int | None, Any]]:
    return [(None, _("No e-mail")), *((hour, f"{hour:02}:00") for hour in range(24))]


class UserQuerySet(models.QuerySet["User"]):
    def waiting(self) -> Self:
        """Registered, and not yet approved by an administrator."""
        return self.filter(is_active=True, is_staff=False)

    def approve(self) -> list["User"]:
        """Let those in who wait; returns them."""
        waiting: list[User] = list(self.waiting())
        codes = [account.pk for account in waiting]
        now = timezone.now()
        let_in_at = Coalesce("let_in_at", now)
        User.objects.waiting().filter(pk__in=codes).update(
            is_staff=True, let_in_at=let_in_at, updated_at=now
        )
        return waiting

    def administrators(self) -> Self:
        return self.filter(is_active=True, is_superuser=True)

    def wanting_digest(self, hour: int) -> Self:
        """Let in, and wanting their daily e-mail by this hour of the day."""
        return self.filter(is_active=True, is_staff=True, digest_hour__lte=hour)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """All in lower case: one person is one account, whatever the capitals."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=self.normalize_email(username))
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Role(models.TextChoices):
    INACTIVE = "inactive", _("Inactive")
    WAITING = "waiting", _("Waiting")
    STAFF = "staff", _("Staff")
    ADMINISTRATOR = "administrator", _("Administrator")


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who works in the shop.

    Waiting, staff (`is_staff`: the portal) or administrator (`is_superuser`: accounts, products
    and Django's admin too).
    """

    email = models.EmailField(
        _("e-mail"),
        unique=True,
        validators=[validate_plain],
        error_messages={
            "unique": _("There is already an account with this e-mail. Sign in instead.")
        },
    )
    full_name = models.CharField(_("full name"), max_length=120, validators=[validate_visible])
    # What pages and e-mails for it are written in; left empty, the browser's and the shop's.
    language = models.CharField(_("language"), max_length=10, choices=languages, blank=True)
    digest_hour = models.PositiveSmallIntegerField(
        _("daily e-mail at"),
        choices=hours,
        null=True,
        blank=True,
        help_text=_("By the shop's clock."),
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Untick this, rather than delete the account of somebody who leaves."),
    )
    is_staff = models.BooleanField(
        _("approved"),
        default=False,
        help_text=_("May use the portal: record batches, print labels."),
    )
    is_founder = models.BooleanField(_("first account"), default=False, editable=False)
    let_in_at = models.DateTimeField(_("first let in"), null=True, editable=False)
    session_salt = models.CharField(max_length=22, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="account_email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(is_staff=True),
                name="account_administrator_is_approved",
                violation_error_message=_("An administrator must be approved too."),
            ),
            models.CheckConstraint(
                condition=Q(digest_hour=None) | Q(digest_hour__lte=23),
                name="account_digest_hour_is_of_a_day",
            ),
            models.UniqueConstraint(
                fields=["is_founder"], condition=Q(is_founder=True), name="account_one_is_first"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)
        if self.is_last_administrator() and not (self.is_active and self.is_superuser):
            message = _("The shop needs an administrator. Make another one first.")
            raise ValidationError(message, code="last_administrator")

    def save(self, **options: Any) -> None:
        """Save, with the first time that it was let in: from then on it stands in histories."""
        if self.is_staff and self.let_in_at is None:
            self.let_in_at = timezone.now()
            if options.get("update_fields") is not None:
                options["update_fields"] = [*options["update_fields"], "let_in_at"]
        super().save(**options)

    def get_session_auth_hash(self) -> str:
        """What each session of the account holds, and ends with when it is not so any more."""
        return super().get_session_auth_hash() + self.session_salt

    def end_sessions(self) -> None:
        self.session_salt = get_random_string(22)
        self.save(update_fields=["session_salt", "updated_at"])

    def register(self) -> None:
        """Save a new account in the role it starts with.

        The first account ever made is the administrator. Later ones wait for approval unless
        REGISTRATION is open. Raises IntegrityError where somebody else was first in this very
        instant, or has taken the e-mail.
        """
        with transaction.atomic():
            self.is_founder = self.is_superuser = not User.objects.exists()
            self.is_staff = self.is_founder or settings.REGISTRATION == "open"
            self.save()

    def role(self) -> "Role":
        if not self.is_active:
            return Role.INACTIVE
        if self.is_superuser:
            return Role.ADMINISTRATOR
        return Role.STAFF if self.is_staff else Role.WAITING

    def is_last_administrator(self) -> bool:
        """Whether nobody else could approve accounts, as the database has it now."""
        return {self.pk} == set(User.objects.administrators().values_list("pk", flat=True)[:2])

    def accounts_to_approve(self) -> int:
        """How many accounts wait for this one to decide; 0 unless it is an administrator's."""
        return User.objects.waiting().count() if self.is_superuser else 0


class Attempt(models.Model):
    """One try of something that may be tried only so often (see limits.py)."""

    what = models.CharField(max_length=20)
    who = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["what", "who", "at"], name="attempt_of_one"),
            models.Index(fields=["what", "at"], name="attempt_of_all"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"
