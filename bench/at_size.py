"""What pages cost a shop, in its own process: the times, the queries and their plans, as JSON.

It runs inside `manage.py shell`, with a shop that bench/filled.py has filled.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, Recall

RUNS, ENOUGH = 20, 0.6  # of each page, or seconds of it
FEWEST = 3
RECALLED = 5_000
PATH = "/admin/batches"

Ask = Callable[[], Any]
Query = tuple[str, Any]


def main() -> None:
    print(json.dumps({name: measured(page) for name, page in Pages().all().items()}))


class Pages:
    """What is asked, each time a little differently, by a number from 0 on.

    All but the asking itself is done beforehand.
    """

    def __init__(self) -> None:
        self.client = Client(SERVER_NAME="localhost")
        self.author = User.objects.earliest("pk")
        self.client.force_login(self.author)
        self.today = timezone.localdate()
        newest = Batch.objects.newest_first().filter(recalled_at=None)
        self.batches = list(newest[: RUNS + 1]) + list(newest.reverse()[: RUNS + 1])
        self.old = self.batches[-1]
        a_day = Batch.objects.filter(arrival_date=self.old.arrival_date).count()
        self.days_of_a_recall = RECALLED // a_day

    def all(self) -> dict[str, Callable[[int], Ask]]:
        product, month = self.old.product_id, self.today - timedelta(days=60)
        statuses = ("fresh", "caution", "expired", "recalled", "sell-first", "removed")
        filters: dict[str, dict[str, Any]] = {
            "newest": {},
            "a product": {"product": product},
            **{status.replace("-", " "): {"status": status} for status in statuses},
            "on the shelf": {"shelf": "on"},
            "taken off": {"shelf": "off"},
            "arrived up to": {"arrived_to": month},
            "all at once": {
                "product": product,
                "status": "expired",
                "shelf": "on",
                "arrived_from": month,
            },
        }
        days = {"arrived_from": month, "arrived_to": month + timedelta(days=30)}
        return {
            "report, nothing kept": lambda run: self.get(f"/batch/{self.batches[run].pk}"),
            "Today": lambda run: self.get("/admin"),
            **{f"list: {name}": self.listed(query) for name, query in filters.items()},
            "list: an old page": lambda run: self.get(PATH, after=self.batches[-1 - run].pk),
            "search: an identifier": self.searched("batch_identifier"),
            "search: its beginning, a month": self.searched("batch_identifier", 4),
            "search: a supplier": self.searched("supplier"),
            "search: a supplier's lot": self.searched("supplier_lot"),
            "search: a date": self.searched("arrival_date"),
            "search: nothing found": lambda run: self.get(PATH, search=f"nothing {run}"),
            "batch": lambda run: self.get(f"{PATH}/{self.batches[run].pk}"),
            "add": self.add,
            "edit": self.edit,
            f"recall of {RECALLED:,}: shown": self.shown_before_recall,
            f"recall of {RECALLED:,}: saved": self.recall,
            f"recall of {RECALLED:,}: its page": lambda run: self.get(
                f"/admin/recalls/{Recall.objects.latest('pk').pk}"
            ),
            "register of a month": lambda run: self.get("/admin/export", **days),
        }

    def get(self, path: str, **query: Any) -> Ask:
        return partial(self.client.get, path, query)

    def post(self, path: str, **typed: Any) -> Ask:
        return partial(self.client.post, path, typed)

    def listed(self, query: dict[str, Any]) -> Callable[[int], Ask]:
        return lambda run: self.get(PATH, **query)

    def searched(self, field: str, letters: int | None = None) -> Callable[[int], Ask]:
        """For what old batches have."""
        texts = [str(getattr(batch, field))[:letters] for batch in self.batches]
        return lambda run: self.get(PATH, search=texts[-1 - run])

    def add(self, run: int) -> Ask:
        typed = self.typed(self.old) | {"batch_identifier": f"{time.time_ns()}"}
        return self.post(f"{PATH}/new", **typed)

    def edit(self, run: int) -> Ask:
        batch, path = self.batches[run], f"{PATH}/{self.batches[run].pk}/edit"
        version = hidden("version", self.get(path)())
        return self.post(path, **self.typed(batch) | {"supplier": "B", "version": version})

    def typed(self, batch: Batch) -> dict[str, Any]:
        names = ("batch_identifier", "butcher_date", "arrival_date", "supplier", "supplier_lot")
        use_by = {"use_by": batch.use_by} if batch.use_by else {}
        return {"product": batch.product_id, **use_by} | {it: getattr(batch, it) for it in names}

    def shown_before_recall(self, run: int) -> Ask:
        return self.get("/admin/recalls/new", **self.of_so_many(run))

    def recall(self, run: int) -> Ask:
        if run:
            with transaction.atomic():
                Recall.objects.latest("pk").batches.release(self.author, "It was another lot")
        shown = hidden("shown", self.shown_before_recall(run)())
        reason = "The cold chain was broken"
        typed = self.of_so_many(run) | {"shown": shown, "recall_reason": reason}
        return self.post("/admin/recalls/new", **typed)

    def of_so_many(self, run: int) -> dict[str, Any]:
        """Days on which about that many batches arrived."""
        first = self.old.arrival_date + timedelta(days=run)
        last = first + timedelta(days=self.days_of_a_recall - 1)
        return {"arrived_from": first, "arrived_to": last}


def measured(page: Callable[[int], Ask]) -> dict[str, Any]:
    """The times are in ms. Raises RuntimeError where an answer is none."""
    queries: list[Query] = []
    ask = page(0)
    with connection.execute_wrapper(kept_in(queries)):
        size = len(content(ask()))
    times: list[float] = []
    while len(times) < RUNS and (sum(times) < ENOUGH * 1000 or len(times) < FEWEST):
        ask = page(len(times) + 1)
        begun = time.perf_counter()
        content(ask())
        times.append((time.perf_counter() - begun) * 1000)
    return {"times": times, "bytes": size, "queries": len(queries), "plans": plans(queries)}


def hidden(name: str, answer: Any) -> str:
    [value] = re.findall(rf'name="{name}" value="(\w+)"', content(answer).decode())
    return str(value)


def content(answer: Any) -> bytes:
    if answer.status_code not in (200, 302):
        raise RuntimeError(answer.status_code, answer.content[:1000])
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def kept_in(queries: list[Query]) -> Callable[..., Any]:
    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many:
            queries.append((sql, params))
        return execute(sql, params, many, context)

    return keep


def plans(queries: list[Query]) -> list[tuple[str, str]]:
    """Of what is read from tables that grow with the batches: the query, and its plan."""
    read = [(sql, params) for sql, params in queries if re.match("SELECT.*batch", sql, re.DOTALL)]
    return [(in_short(sql), plan(sql, params)) for sql, params in read]


def in_short(sql: str) -> str:
    return re.sub(r"^SELECT .*? FROM", "SELECT … FROM", sql.replace('"', ""), flags=re.DOTALL)


def plan(sql: str, params: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor)
