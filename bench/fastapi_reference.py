"""What others would write: one batch as JSON, by FastAPI, SQLAlchemy and SQLite.

It reads the database of a shop, given by DATABASE_URL, and tells of a batch what its report tells:
uvicorn bench.fastapi_reference:app
"""

import os
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

engine = create_engine(os.environ["DATABASE_URL"])
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "batches_product"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    emoji: Mapped[str]
    storage_advice: Mapped[str]


class Batch(Base):
    __tablename__ = "batches_batch"
    id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("batches_product.id"))
    product: Mapped[Product] = relationship()
    batch_identifier: Mapped[str]
    butcher_date: Mapped[date]
    arrival_date: Mapped[date]
    use_by: Mapped[date | None]
    caution_from: Mapped[date]
    expired_from: Mapped[date]
    removed_on: Mapped[date | None]
    recall_reason: Mapped[str]


class Answer(BaseModel):
    id: str
    product: str
    emoji: str
    storage_advice: str
    batch_identifier: str
    butcher_date: date
    arrival_date: date
    use_by: date | None
    days_on_shelf: int
    freshness: str
    removed_on: date | None
    recall_reason: str


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


@app.get("/batch/{code}")
def report(code: str, session: Annotated[Session, Depends(session)]) -> Answer:
    batch = session.get(Batch, code, options=[joinedload(Batch.product)])
    if batch is None:
        raise HTTPException(404, "There is no such batch.")
    today = date.today()
    return Answer(
        id=batch.id,
        product=batch.product.name,
        emoji=batch.product.emoji,
        storage_advice=batch.product.storage_advice,
        batch_identifier=batch.batch_identifier,
        butcher_date=batch.butcher_date,
        arrival_date=batch.arrival_date,
        use_by=batch.use_by,
        days_on_shelf=(today - batch.arrival_date).days,
        freshness=freshness(batch, today),
        removed_on=batch.removed_on,
        recall_reason=batch.recall_reason,
    )


def freshness(batch: Batch, today: date) -> str:
    if batch.recall_reason:
        return "recalled"
    if today >= batch.expired_from:
        return "expired"
    return "caution" if today >= batch.caution_from else "fresh"
