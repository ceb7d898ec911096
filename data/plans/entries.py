"""Entries in the database: progress reports about tasks, and the monthly log in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import insert, select

from data.db import tables
from data.db.audit import process_user
from data.db.store import Store
from data.plans.plan import Plan
from data.plans.rows import record_edit
from models.series import Month
from models.targets.task import Progress


@dataclass(frozen=True)
class LogEntry:
    """An observation about one month, in words; append-only.

    Attributes
    ----------
    kpi : slug of a KPI of kind 'log'
    month : the month it is about
    day : when it was reported; views of earlier days do not show it
    text_vi, text_en : the text in each language; one of them may be ''
    by, source : its author, and the document it comes from
    entered : when it was stored, in UTC; None before
    """

    kpi: str
    month: Month
    day: date
    text_vi: str
    text_en: str
    by: str
    source: str = ""
    entered: datetime | None = None


def progress_of(store: Store, plan: str) -> tuple[Progress, ...]:
    """All progress reports about a plan's tasks, in order of entry."""
    table = tables.progress
    chosen = select(table).where(table.c.plan == plan).order_by(table.c.id)
    with store.reading() as connection:
        return tuple(
            Progress(
                kpi=row.kpi,
                day=row.day,
                by=row.entered_by,
                done=row.done,
                step=row.step,
                obstacle=row.obstacle,
                judgement=row.judgement,
                final=row.final,
                note=row.note,
                source=row.source,
                entered=row.entered_at,
            )
            for row in connection.execute(chosen)
        )


def add_progress(store: Store, plan: Plan, entry: Progress, by: str | None = None) -> None:
    """Append a report that `data.plans.progress.check_progress` accepted.

    `by` is who enters it, for the audit log; default the user of this process.
    """
    logged = {
        "day": entry.day.isoformat(),
        "done": entry.done,
        "step": entry.step,
        "final": entry.final,
    }
    with store.writing() as connection:
        actor, moment = by or process_user(), datetime.now(UTC)
        connection.execute(
            insert(tables.progress).values(
                plan=plan.slug,
                kpi=entry.kpi,
                step=entry.step,
                day=entry.day,
                done=entry.done,
                obstacle=entry.obstacle,
                judgement=entry.judgement,
                final=entry.final,
                note=entry.note,
                source=entry.source,
                entered_by=entry.by,
                entered_at=moment,
            )
        )
        record_edit(connection, plan, "progress.report", entry.kpi, actor, logged, moment)


def log_of(store: Store, plan: str) -> tuple[LogEntry, ...]:
    """All log entries of a plan, in order of entry."""
    table = tables.log_entries
    chosen = select(table).where(table.c.plan == plan).order_by(table.c.id)
    with store.reading() as connection:
        return tuple(
            LogEntry(
                kpi=row.kpi,
                month=Month(row.year, row.month),
                day=row.day,
                text_vi=row.text_vi,
                text_en=row.text_en,
                by=row.entered_by,
                source=row.source,
                entered=row.entered_at,
            )
            for row in connection.execute(chosen)
        )


def add_log(store: Store, plan: Plan, entry: LogEntry, by: str | None = None) -> None:
    """Append a log entry that `data.plans.progress.check_log` accepted; `by` as `add_progress`."""
    with store.writing() as connection:
        actor, moment = by or process_user(), datetime.now(UTC)
        connection.execute(
            insert(tables.log_entries).values(
                plan=plan.slug,
                kpi=entry.kpi,
                year=entry.month.year,
                month=entry.month.month,
                day=entry.day,
                text_vi=entry.text_vi,
                text_en=entry.text_en,
                source=entry.source,
                entered_by=entry.by,
                entered_at=moment,
            )
        )
        record_edit(
            connection, plan, "log.add", entry.kpi, actor, {"month": str(entry.month)}, moment
        )
