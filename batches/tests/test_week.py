"""A week in a shop in which three people work at once; each evening everything is compared."""

import csv
import io
import random
import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Product, Recall, RecalledBatch
from batches.rules.shelf_life import Status
from batches.shelf.today import URGENCY, Day
from conftest import MakeUser, at_the_same_time

SUPPLIERS = ["Hill Farm", "Dale Farm", "Çiftlik"]


class Person:
    """Somebody behind the counter, who counts what they were told is done."""

    def __init__(self, account: User, seed: int) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.force_login(account)
        self.dice = random.Random(seed)
        self.name = account.full_name
        self.recorded: list[str] = []
        self.recalled = self.saved_as_recalled = 0

    def work(self) -> None:
        acts = [self.record, self.record, self.record, self.sell, self.discard, self.edit]
        for number, act in enumerate(acts):
            act(number)

    def post(self, path: str, **data: Any) -> Any:
        response = self.client.post(path, data)
        while response.status_code == 503:  # the page that says that others are saving, and "again"
            response = self.client.post(path, data)
        assert response.status_code in {302, 409, 422}, (path, response.status_code)
        return response

    def record(self, number: int, **lot: str) -> None:
        today = timezone.localdate()
        identifier = f"{today:%d}-{self.name}-{number}"
        data: dict[str, Any] = {
            "product": self.dice.choice(Product.objects.values_list("pk", flat=True)),
            "batch_identifier": identifier,
            "butcher_date": today - timedelta(days=self.dice.randrange(3)),
            "arrival_date": today,
            "supplier": self.dice.choice(SUPPLIERS),
            "supplier_lot": f"L-{self.dice.randrange(4)}",
        } | lot
        answer = self.post("/admin/batches/new", **data)
        if answer.status_code == 409:  # of a recalled lot
            [asked] = re.findall(r'name="lot_asked" value="(\w+)"', answer.content.decode())
            data |= {"lot_asked": asked, "lot_answer": "recalled"}
            answer = self.post("/admin/batches/new", **data)
            self.saved_as_recalled += answer.status_code == 302
        if answer.status_code == 302:
            self.recorded.append(identifier)

    def any_batch(self) -> str:
        return self.dice.choice(Batch.objects.order_by("pk").values_list("pk", flat=True))

    def sell(self, number: int) -> None:
        self.post("/admin/batches/remove", batch=self.any_batch(), removal="sold-out")

    def discard(self, number: int) -> None:
        code = self.any_batch()
        data = {"batch": code, "removal": "discarded", "removal_reason": "Fell"}
        self.post("/admin/batches/remove", **data, **{f"weight-{code}": "0.5"})
        if self.dice.random() < 0.5:
            self.post("/admin/batches/put-back", batch=code)

    def edit(self, number: int) -> None:
        path = f"/admin/batches/{self.any_batch()}/edit"
        html = self.client.get(path).content.decode()
        fields = dict(re.findall(r'<input type="[^r]\w+" name="(\w+)" value="([^"]*)"', html))
        [product] = re.findall(r'name="product" value="(\d+)"[^>]* checked', html)
        self.post(path, **fields | {"product": product, "supplier": f"Farm of {self.name}"})

    def recall(self, reason: str) -> None:
        """As on the telephone: a supplier names a lot."""
        asked = {"supplier": self.dice.choice(SUPPLIERS).upper(), "supplier_lot": "l-1"}
        html = self.client.get("/admin/recalls/new", asked).content.decode()
        shown = re.findall(r'name="shown" value="(\w+)"', html)
        if not shown:
            return
        answer = self.post("/admin/recalls/new", **asked, shown=shown[0], recall_reason=reason)
        self.recalled += answer.status_code == 302


def compare_evening(people: list[Person]) -> None:
    """What the pages say is what the rules say of each row that is there."""
    today, batches = timezone.localdate(), list(Batch.objects.select_related("product"))
    assert {it.batch_identifier for it in batches} == {
        name for person in people for name in person.recorded
    }
    on_shelf = [batch for batch in batches if batch.removed_on is None]
    for section in Day.for_day(today).sections:
        standing = [it for it in on_shelf if it.status(today) == section.status]
        assert section.count == len(standing), section.status
        assert {due.batch for due in section.due} <= set(standing)
    assert [section.status for section in Day.for_day(today).sections] == URGENCY
    for batch in batches:
        html = Client().get(f"/batch/{batch.pk}").content.decode()
        assert ("Do not eat." in html) == (batch.status(today) == Status.RECALLED)
    compare_register(people[0].client, batches)
    standing_recalls = set(RecalledBatch.objects.standing().values_list("code", flat=True))
    assert standing_recalls == {batch.pk for batch in batches if batch.recalled_at}


def compare_register(client: Client, batches: list[Batch]) -> None:
    answer: Any = client.get("/admin/export?arrived_from=2026-11-22&arrived_to=2026-11-28")
    text = answer.getvalue().decode("utf-8-sig")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert rows.keys() == {batch.pk for batch in batches}
    for batch in batches:
        row = rows[batch.pk]
        assert row["product"] == batch.product.name
        for name in ("batch_identifier", "supplier", "supplier_lot", "removal", "recall_reason"):
            assert row[name] == getattr(batch, name)
        for name in ("butcher_date", "arrival_date", "removed_on"):
            assert row[name] == str(getattr(batch, name) or "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
def test_a_week_with_three_at_once(make_user: MakeUser, noon: time_machine.Traveller) -> None:
    people = [
        Person(make_user(f"{name}@example.com", full_name=name), seed)
        for seed, name in enumerate(["Ada", "Bo", "Cem"])
    ]
    for person in people:
        person.record(9)
    for day in range(7):
        if day:
            noon.shift(timedelta(days=1))
        at_the_same_time(*[person.work for person in people])
        if day in (2, 4):
            at_the_same_time(*[partial(person.recall, f"Glass, {day}") for person in people])
        compare_evening(people)
    assert sum(person.recalled for person in people) == Recall.objects.count() > 0
    assert all(len(person.recorded) == 22 for person in people)
    recalled = RecalledBatch.objects.standing().first()
    assert recalled
    people[0].record(8, supplier=recalled.supplier, supplier_lot=recalled.supplier_lot)
    assert sum(person.saved_as_recalled for person in people) > 0
    joined = RecalledBatch.objects.exclude(joined_at=None)
    assert joined.count() == sum(person.saved_as_recalled for person in people)
    kinds = set(Batch.objects.values_list("removal", flat=True))
    assert kinds == {"", "sold-out", "discarded"}
    assert Batch.objects.filter(supplier__startswith="Farm of ").count() > 5
