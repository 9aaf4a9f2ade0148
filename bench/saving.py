"""Staff who save batches as fast as the shop lets them: `python -m bench.saving NAME`.

Prints each batch's identifier as soon as it was answered as saved, until it is ended. Asks the real
views, by Django's test client; the environment says of which shop.
"""

import os
import sys
from itertools import count

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freshness.settings")
    django.setup()

from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Product


def forget_what_was_said(client: Client) -> None:
    """As the next page does, which is not asked for; or the session would grow with each save."""
    session = client.session
    session.pop("_messages", None)
    session.save()


def save_for_ever(name: str) -> None:
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.filter(is_superuser=True)[0])
    product = Product.objects.earliest("pk").pk
    today = f"{timezone.localdate()}"
    for number in count(1):
        batch = {
            "product": product,
            "batch_identifier": f"{name}-{number}",
            "butcher_date": today,
            "arrival_date": today,
        }
        answer = client.post("/admin/batches/new", batch)
        if answer.status_code != 302:
            sys.exit(f"Batch {number} was answered with {answer.status_code}.")
        print(batch["batch_identifier"], flush=True)
        if number % 50 == 0:
            forget_what_was_said(client)


if __name__ == "__main__":
    save_for_ever(sys.argv[1])
