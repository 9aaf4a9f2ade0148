from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from .models import Batch
from .shelf_life import OFF_SALE, Freshness
from .strip import Strip


@dataclass(frozen=True)
class Report:
    """What a customer may read of a batch, and nothing else.

    `lasts_through` is the last day on which it may be bought with its present freshness; None once
    it is expired or recalled. `is_past_use_by` tells that the supplier's date is over, and
    `use_by_comes_later` that the shop's own limit ends the shelf life before it. `is_off_sale`
    tells that it was taken off the shelf while it was good.
    """

    code: str
    product: str
    emoji: str
    storage_advice: str
    batch_identifier: str
    butcher_date: date
    arrival_date: date
    use_by: date | None
    is_past_use_by: bool
    use_by_comes_later: bool
    freshness: Freshness
    days_on_shelf: int
    lasts_through: date | None
    last_day: date
    expired_from: date
    strip: Strip | None
    is_on_shelf: bool
    is_off_sale: bool
    removed_on: date | None
    recalled_at: datetime | None
    recall_reason: str
    as_of: date

    @property
    def shown(self) -> str:
        """Its status in one word, as scans are counted by it."""
        return OFF_SALE if self.is_off_sale else self.freshness.value

    @property
    def day_after(self) -> date:
        """From then on it may be untrue."""
        return self.as_of + timedelta(days=1)

    @classmethod
    def of(cls, batch: Batch, today: date) -> Self:
        freshness = batch.freshness(today)
        life = batch.shelf_life()
        return cls(
            code=batch.pk,
            product=batch.product.name,
            emoji=batch.product.emoji,
            storage_advice=batch.product.storage_advice,
            batch_identifier=batch.batch_identifier,
            butcher_date=batch.butcher_date,
            arrival_date=batch.arrival_date,
            use_by=batch.use_by,
            is_past_use_by=batch.use_by is not None and batch.use_by < today,
            use_by_comes_later=batch.use_by is not None and batch.use_by >= batch.expired_from,
            freshness=freshness,
            days_on_shelf=batch.days_on_shelf(today),
            lasts_through=None if batch.recalled_at else life.lasts_through(today),
            last_day=life.last_day,
            expired_from=batch.expired_from,
            strip=None if batch.recalled_at else Strip.of(batch.arrival_date, life, today),
            is_on_shelf=batch.is_on_shelf(),
            is_off_sale=batch.is_off_sale(today),
            removed_on=batch.removed_on,
            recalled_at=batch.recalled_at,
            recall_reason=batch.recall_reason,
            as_of=today,
        )
