"""Deleting what is over: uploads that nobody committed, and sessions that have ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from data.db import tables
from data.db.store import Store
from data.ingestion.rows import drop_expired
from data.settings import Settings


@dataclass(frozen=True)
class Cleaned:
    """How many were deleted."""

    uploads: int
    sessions: int


def clean(store: Store, settings: Settings, moment: datetime) -> Cleaned:
    """Delete uploads older than `VEDICH_UPLOAD_DAYS`, and sessions that ended."""
    kept = timedelta(days=settings.upload_days)
    with store.writing() as connection:
        uploads = drop_expired(connection, moment, kept)
        over = delete(tables.sessions).where(tables.sessions.c.ends_at <= moment)
        return Cleaned(uploads, connection.execute(over).rowcount)
