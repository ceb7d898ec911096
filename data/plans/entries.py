"""What people enter, as rows: reports about tasks, and the monthly log in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, insert, select

from data.db import tables
from data.db.audit import process_user
from data.db.store import Store
from data.plans.plan import Plan
from data.plans.rows import tell_edit
from models.series import Month
from models.targets.task import Progress


@dataclass(frozen=True)
class LogEntry:
    """What was observed in one month, in words; append-only.

    Attributes
    ----------
    kpi : slug of a KPI of kind 'log'
    month : the month it is about
    day : when it was said; a view of an earlier day does not show it
    text_vi, text_en : the same in both languages; one of them may be ''
    by, source : who says so, and where it stands
    entered : when it was written down, in UTC; None before it is
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
    """All reports about a plan's tasks, in the order in which they were entered."""
    with store.reading() as connection:
        return read_progress(connection, plan)


def add_progress(store: Store, plan: Plan, entry: Progress, by: str | None = None) -> None:
    """Append a report that `data.plans.progress.check_progress` accepted.

    `by` enters it, for the audit log; default the user of this process.
    """
    with store.writing() as connection:
        write_progress(connection, plan, entry, by or process_user(), datetime.now(UTC))


def log_of(store: Store, plan: str) -> tuple[LogEntry, ...]:
    """All log entries of a plan, in the order in which they were entered."""
    with store.reading() as connection:
        return read_log(connection, plan)


def add_log(store: Store, plan: Plan, entry: LogEntry, by: str | None = None) -> None:
    """Append a log entry that `data.plans.progress.check_log` accepted; `by` as for a report."""
    with store.writing() as connection:
        write_log(connection, plan, entry, by or process_user(), datetime.now(UTC))


def read_progress(connection: Connection, plan: str) -> tuple[Progress, ...]:
    """All reports about a plan's tasks, in the order in which they were entered."""
    table = tables.progress
    chosen = select(table).where(table.c.plan == plan).order_by(table.c.id)
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


def write_progress(
    connection: Connection, plan: Plan, one: Progress, actor: str, moment: datetime
) -> None:
    """Append a report, and tell the audit log of it."""
    connection.execute(
        insert(tables.progress).values(
            plan=plan.slug,
            kpi=one.kpi,
            step=one.step,
            day=one.day,
            done=one.done,
            obstacle=one.obstacle,
            judgement=one.judgement,
            final=one.final,
            note=one.note,
            source=one.source,
            entered_by=one.by,
            entered_at=moment,
        )
    )
    told = {"day": one.day.isoformat(), "done": one.done, "step": one.step, "final": one.final}
    tell_edit(connection, plan, "progress.report", one.kpi, actor, told, moment)


def read_log(connection: Connection, plan: str) -> tuple[LogEntry, ...]:
    """All log entries of a plan, in the order in which they were entered."""
    table = tables.log_entries
    chosen = select(table).where(table.c.plan == plan).order_by(table.c.id)
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


def write_log(
    connection: Connection, plan: Plan, one: LogEntry, actor: str, moment: datetime
) -> None:
    """Append a log entry, and tell the audit log of it."""
    connection.execute(
        insert(tables.log_entries).values(
            plan=plan.slug,
            kpi=one.kpi,
            year=one.month.year,
            month=one.month.month,
            day=one.day,
            text_vi=one.text_vi,
            text_en=one.text_en,
            source=one.source,
            entered_by=one.by,
            entered_at=moment,
        )
    )
    tell_edit(connection, plan, "log.add", one.kpi, actor, {"month": str(one.month)}, moment)
