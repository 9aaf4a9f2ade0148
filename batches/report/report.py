from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from ..models import Batch
from ..rules.shelf_life import Status
from .timeline import Strip


@dataclass(frozen=True)
class Report:
    """What a customer may read of a batch, and nothing else.

    `by_days` is what its days alone say. `lasts_through` is the last day on which it may be bought
    with its present status; None once it is expired or recalled. `is_past_use_by` tells that the
    supplier's date is over, and `use_by_comes_later` that the shop's own limit ends the shelf life
    before it.
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
    status: Status
    by_days: Status
    days_on_shelf: int
    lasts_through: date | None
    last_day: date
    expired_from: date
    strip: Strip | None
    is_on_shelf: bool
    removed_on: date | None
    recalled_at: datetime | None
    recall_reason: str
    as_of: date

    @property
    def day_after(self) -> date:
        """From then on it may be untrue."""
        return self.as_of + timedelta(days=1)

    @classmethod
    def of(cls, batch: Batch, today: date) -> Self:
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
            status=batch.status(today),
            by_days=life.status(today),
            days_on_shelf=batch.days_on_shelf(today),
            lasts_through=None if batch.recalled_at else life.lasts_through(today),
            last_day=life.last_day,
            expired_from=batch.expired_from,
            strip=None if batch.recalled_at else Strip.of(batch.arrival_date, life, today),
            is_on_shelf=batch.is_on_shelf(),
            removed_on=batch.removed_on,
            recalled_at=batch.recalled_at,
            recall_reason=batch.recall_reason,
            as_of=today,
        )
