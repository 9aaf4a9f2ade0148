"""A thousand batches more for a demo shop, and a session of its administrator."""

import json
import random
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Product
from freshness.management.commands.demo import EMAIL

BATCHES = 1000
PRODUCTS = [
    "Chicken thighs, skinless and boneless",
    "Lamb shoulder",
    "Norwegian salmon fillet",
    "Beef mince 5% fat",
    "Wild-caught Atlantic prawns, peeled, 1 kg",
    "Duck",
]


def main() -> None:
    """Writes, as JSON, the session's cookie and the codes of the batches."""
    account = User.objects.get(email=EMAIL)
    products = [Product.objects.create(name=name) for name in PRODUCTS]
    chance = random.Random(1)
    today = timezone.localdate()
    codes = []
    for number in range(BATCHES):
        arrival = today - timedelta(days=chance.randrange(3))
        batch = Batch.objects.create(
            product=chance.choice(products),
            batch_identifier=f"{arrival:%y%m%d}-{number:03}",
            butcher_date=arrival - timedelta(days=chance.randrange(5)),
            arrival_date=arrival,
            use_by=chance.choice([None, today + timedelta(days=chance.randrange(1, 9))]),
            created_by=account,
        )
        codes.append(batch.pk)
    client = Client()
    client.force_login(account)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    print(json.dumps({"cookie": f"{settings.SESSION_COOKIE_NAME}={key}", "codes": codes}))
