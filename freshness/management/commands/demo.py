import secrets
import sys
from datetime import date, timedelta
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from batches.models import Batch, Product, Recall, Removal
from batches.shop_clock import one_day, shop_today
from freshness.config.checks import SHOP

EMAIL = "demo@example.com"

# Product, days since arrival, days from butcher to arrival, use-by in days from today, supplier.
BATCHES = [
    ("Chicken", 0, 1, 5, "Hill Farm Poultry"),
    ("Seafood", 0, 0, 2, "Harbour Fish Co."),
    ("Beef", 1, 3, 9, "Meadow Lane Farm"),
    ("Pork", 1, 1, 6, "Old Mill Pigs"),
    ("Beef", 2, 4, 8, "Meadow Lane Farm"),
    ("Chicken", 3, 1, 2, "Hill Farm Poultry"),
    ("Pork", 4, 2, 3, "Old Mill Pigs"),
    ("Seafood", 2, 1, -1, "Harbour Fish Co."),
    ("Chicken", 5, 1, None, "Hill Farm Poultry"),
    ("Beef", 7, 3, 1, "Meadow Lane Farm"),
]


class Command(BaseCommand):
    help = "Fill an empty shop with a dozen batches, and make an account to try it with."
    requires_system_checks = [SHOP]

    @one_day()
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        list(Product.objects.select_for_update().order_by("pk"))  # one demo at a time
        if Batch.objects.exists():
            self.refuse()
        password = secrets.token_urlsafe(9)
        user = demo_administrator(password)
        today = shop_today()
        for product, days, age, use_by, supplier in BATCHES:
            arrival = today - timedelta(days=days)
            record(
                user,
                product,
                arrival,
                butcher_date=arrival - timedelta(days=age),
                use_by=None if use_by is None else today + timedelta(days=use_by),
                supplier=supplier,
            )
        record_recalled(user, today)
        record_sold_out(user, today)
        self.stdout.write(_("%(count)d batches are recorded.") % {"count": Batch.objects.count()})
        self.stdout.write(
            _("Sign in with %(email)s and the password %(password)s")
            % {"email": EMAIL, "password": password}
        )

    def refuse(self) -> NoReturn:
        """Say why and how to go on, and end with status 1, as no fault of the program."""
        self.stderr.write(
            _(
                "This shop has batches already, so the demo added nothing. Start the shop, and "
                "sign in as before."
            )
        )
        if User.objects.filter(email=EMAIL).exists():
            self.stderr.write(
                _("A new password for %(email)s: %(command)s")
                % {"email": EMAIL, "command": f"manage.py changepassword {EMAIL}"}
            )
        sys.exit(1)


def demo_administrator(password: str) -> User:
    user = User.objects.filter(email=EMAIL).first() or User(email=EMAIL)
    user.full_name = _("Demo Administrator")
    user.is_active = user.is_staff = user.is_superuser = True
    user.set_password(password)
    user.save()
    return user


def record(user: User, product: str, arrival: date, **fields: Any) -> Batch:
    fields.setdefault("butcher_date", arrival)
    try:
        of_product = Product.objects.get(name=_(product))
    except Product.DoesNotExist:
        raise CommandError(
            _("The demo needs a product called %(product)s. Add it first.")
            % {"product": _(product)}
        ) from None
    batch = Batch(
        product=of_product,
        batch_identifier=Batch.objects.next_identifier(arrival),
        arrival_date=arrival,
        created_by=user,
        **fields,
    )
    batch._history_user = user  # type: ignore[attr-defined] # by it a history knows who
    batch.save()
    return batch


def record_recalled(user: User, today: date) -> None:
    batch = record(user, "Seafood", today - timedelta(days=1), supplier="Harbour Fish Co.")
    reason = _("The supplier found the cold chain broken on the way.")
    Recall.begin([batch.pk], reason, user)


def record_sold_out(user: User, today: date) -> None:
    batch = record(user, "Pork", today - timedelta(days=2), supplier="Old Mill Pigs")
    Batch.objects.filter(pk=batch.pk).remove(user, Removal.SOLD_OUT)
