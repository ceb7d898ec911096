"""Decisions about a family's events: in the database, and in force on a day."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import insert, select

from data.db import tables
from data.db.audit import process_user
from data.db.store import Store
from data.plans.plan import Plan
from data.plans.rows import record_edit
from models.errors import InputError
from models.events.event import Event, Shape
from models.series import Month


@dataclass(frozen=True)
class EventEntry:
    """A decision about an event; append-only, the latest one about an event is in force.

    KPI, first month and shape identify an event.

    Attributes
    ----------
    kpi : slug
    start, shape, size, length, name : as in `models.events.event.Event`
    accepted : False if the event was rejected
    day : first day on which it is in force
    by, note : who decided, and why
    number : in order of entry; None before it is stored
    entered : when it was stored, in UTC; None before
    """

    kpi: str
    start: Month
    shape: Shape
    size: float
    length: int
    accepted: bool
    day: date
    by: str
    name: str = ""
    note: str = ""
    number: int | None = None
    entered: datetime | None = None

    @property
    def event(self) -> Event:
        """The event as the models take it."""
        return Event(self.name, self.start, self.shape, self.size, self.length, self.accepted)


def decided(
    entries: Iterable[EventEntry], day: date, up_to: int | None = None
) -> dict[tuple[str, Month, Shape], EventEntry]:
    """The decision in force on a day for each event.

    Parameters
    ----------
    day : later decisions are ignored
    up_to : number of the last entry to use, to replay an earlier answer
    """
    known = [entry for entry in entries if entry.day <= day]
    if up_to is not None:
        known = [entry for entry in known if entry.number is not None and entry.number <= up_to]
    known.sort(key=lambda entry: (entry.day, entry.number or 0))
    return {(entry.kpi, entry.start, entry.shape): entry for entry in known}


def accepted_events(
    entries: Iterable[EventEntry], kpi: str, day: date, up_to: int | None = None
) -> tuple[Event, ...]:
    """The accepted events of a KPI in force on a day, by date."""
    in_force = decided(entries, day, up_to).values()
    events = [entry.event for entry in in_force if entry.kpi == kpi and entry.accepted]
    return tuple(sorted(events, key=lambda event: (event.start, event.shape)))


def check_event(plan: Plan, entry: EventEntry, today: date) -> None:
    """Check an event before it is stored.

    Raises
    ------
    UnknownKpi
        If the plan has no such KPI.
    InputError
        With what was expected, what was found and what to do.
    """
    kpi = plan.kpi(entry.kpi)
    if not kpi.traits.has_months:
        raise InputError(
            "expected a KPI with monthly figures, found '{slug}' of kind '{kind}'; "
            "report on it instead.",
            slug=kpi.slug,
            kind=kpi.kind,
        )
    large_enough = entry.size >= -1.0 if entry.shape == "pulse" else entry.size > -1.0
    if not (large_enough and entry.size and math.isfinite(entry.size)):
        raise InputError(
            "expected a size other than 0 and not below -1 (for a step or a ramp above "
            "-1), such as -0.3 for 30 % lower, found {size:g}.",
            size=entry.size,
        )
    if entry.length < 1 or (entry.shape == "step" and entry.length != 1):
        raise InputError(
            "expected a length of 1 month or more, of a step exactly 1, found {length}.",
            length=entry.length,
        )
    if entry.day > today:
        raise InputError(
            "expected a day up to today, {today}, found {day}.", today=today, day=entry.day
        )
    if not entry.by.strip():
        raise InputError("'by' is required, found nothing; name who decided.")


def events_of(store: Store, family: str) -> tuple[EventEntry, ...]:
    """All decisions about a family's events, in order of entry."""
    table = tables.events
    chosen = select(table).where(table.c.family == family).order_by(table.c.id)
    with store.reading() as connection:
        return tuple(
            EventEntry(
                kpi=row.kpi,
                start=Month(row.year, row.month),
                shape=row.shape,
                size=row.size,
                length=row.length,
                accepted=row.accepted,
                day=row.day,
                by=row.entered_by,
                name=row.name,
                note=row.note,
                number=row.id,
                entered=row.entered_at,
            )
            for row in connection.execute(chosen)
        )


def add_event(store: Store, plan: Plan, entry: EventEntry, by: str | None = None) -> None:
    """Append a decision about an event; `by` is for the audit log, default this process's user."""
    logged = {
        "start": str(entry.start),
        "shape": entry.shape,
        "size": entry.size,
        "length": entry.length,
        "accepted": entry.accepted,
        "day": entry.day.isoformat(),
    }
    action = "event.accept" if entry.accepted else "event.reject"
    with store.writing() as connection:
        actor, moment = by or process_user(), datetime.now(UTC)
        connection.execute(
            insert(tables.events).values(
                family=plan.family,
                kpi=entry.kpi,
                year=entry.start.year,
                month=entry.start.month,
                shape=entry.shape,
                size=entry.size,
                length=entry.length,
                accepted=entry.accepted,
                day=entry.day,
                name=entry.name,
                note=entry.note,
                entered_by=entry.by,
                entered_at=moment,
            )
        )
        record_edit(connection, plan, action, entry.kpi, actor, logged, moment)
