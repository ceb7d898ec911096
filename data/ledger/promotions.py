"""Promotions: which bundle became a family's champion, and when; append-only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from data.db import tables
from data.db.audit import process_user, write_entry
from data.db.store import Store


@dataclass(frozen=True)
class Promotion:
    """A bundle that became a family's champion."""

    family: str
    version: str
    as_of: date
    promoted_at: datetime
    bundle_hash: str


def record_promotion(store: Store, promotion: Promotion, by: str | None = None) -> None:
    """Append a promotion; `by` is for the audit log, default the user of this process."""
    table = tables.promotions
    last = select(table.c.version).where(table.c.family == promotion.family)
    with store.writing() as connection:
        before = connection.scalar(last.order_by(table.c.id.desc()).limit(1))
        connection.execute(insert(table).values(**asdict(promotion)))
        write_entry(
            connection,
            by or process_user(),
            "model.promote",
            promotion.family,
            before=before and {"version": before},
            after={"version": promotion.version, "as_of": promotion.as_of.isoformat()},
        )


def promotions_of(store: Store, family: str) -> tuple[Promotion, ...]:
    """All promotions of a family, oldest first."""
    chosen = select(tables.promotions).where(tables.promotions.c.family == family)
    with store.reading() as connection:
        return tuple(
            Promotion(
                family=row.family,
                version=row.version,
                as_of=row.as_of,
                promoted_at=row.promoted_at,
                bundle_hash=row.bundle_hash,
            )
            for row in connection.execute(chosen.order_by(tables.promotions.c.id))
        )
