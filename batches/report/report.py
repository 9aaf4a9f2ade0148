from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from ..rules.shelf_life import ShelfLife, Status, batch_status, days_on_shelf
from .state import ReportState, as_date, as_datetime
from .timeline import Timeline


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
    timeline: Timeline | None
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
    def from_state(cls, state: ReportState) -> Self:
        row, today = state.row, state.today
        arrival_date, expired_from = as_date(row.arrival_date), as_date(row.expired_from)
        use_by = None if row.use_by is None else as_date(row.use_by)
        life = ShelfLife(as_date(row.caution_from), expired_from)
        is_removed, is_recalled = row.removed_on is not None, row.recalled_at is not None
        return cls(
            code=row.code,
            product=row.product,
            emoji=row.emoji,
            storage_advice=row.storage_advice,
            batch_identifier=row.batch_identifier,
            butcher_date=as_date(row.butcher_date),
            arrival_date=arrival_date,
            use_by=use_by,
            is_past_use_by=use_by is not None and use_by < today,
            use_by_comes_later=use_by is not None and use_by >= expired_from,
            status=batch_status(life, today, is_removed=is_removed, is_recalled=is_recalled),
            by_days=life.status(today),
            days_on_shelf=days_on_shelf(arrival_date, today),
            lasts_through=None if is_recalled else life.lasts_through(today),
            last_day=life.last_day,
            expired_from=expired_from,
            timeline=None if is_recalled else Timeline.from_shelf_life(arrival_date, life, today),
            is_on_shelf=not (is_removed or is_recalled),
            removed_on=as_date(row.removed_on) if is_removed else None,
            recalled_at=as_datetime(row.recalled_at) if is_recalled else None,
            recall_reason=row.recall_reason,
            as_of=today,
        )
