"""The register of a family's projects: in the database, and in force on a day."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from sqlalchemy import func, insert, select

from data.db import tables
from data.db.audit import process_user
from data.db.store import Store
from data.plans.plan import Plan
from data.plans.rows import record_edit
from models.errors import InputError
from models.events.projects import Happening, Project
from models.kinds import kinds_that
from models.series import Month

State = Literal["proposed", "accepted", "rejected"]

MOST_ENTRIES = 2000  # of a family
LONGEST = 300  # characters of a name, or of who is responsible
LONGEST_TEXT = 2000  # characters of an obstacle, a source or a note
LONGEST_RAMP = 60  # months
LONGEST_DELAY = 60.0  # months


@dataclass(frozen=True)
class ProjectEntry:
    """An entry about a project; append-only, the latest one in force counts whole.

    Attributes
    ----------
    kpi, name_vi, name_en, happening, start, ramp, amount, on_time, delay : as in
        `models.events.projects.Project`
    responsible, obstacle, source : who answers for it, what stands in its way, the document
    state : only an accepted project moves a forecast
    day : first day on which the entry is in force
    by, note : who entered it, and why
    project : number of the project, that of its first entry; None for a new one
    number : in order of entry; None before it is stored
    entered : when it was stored, in UTC; None before
    """

    kpi: str
    name_vi: str
    name_en: str
    happening: Happening
    start: Month
    ramp: int
    amount: float
    on_time: float
    delay: float
    state: State
    day: date
    by: str
    responsible: str = ""
    obstacle: str = ""
    source: str = ""
    note: str = ""
    project: int | None = None
    number: int | None = None
    entered: datetime | None = None

    @property
    def key(self) -> int:
        """Number of the project; 0 before its first entry is stored."""
        return self.project or self.number or 0

    @property
    def as_project(self) -> Project:
        """The project as the models take it."""
        return Project(
            self.key,
            self.kpi,
            self.name_vi,
            self.name_en,
            self.happening,
            self.start,
            self.ramp,
            self.amount,
            self.on_time,
            self.delay,
        )


def in_force(
    entries: Iterable[ProjectEntry], day: date, up_to: int | None = None
) -> dict[int, ProjectEntry]:
    """The entry in force on a day for each project, by its number.

    Parameters
    ----------
    day : later entries are ignored
    up_to : number of the last entry to use, to replay an earlier answer
    """
    known = [one for one in entries if one.day <= day]
    if up_to is not None:
        known = [one for one in known if (one.number or 0) <= up_to]
    known.sort(key=lambda one: (one.day, one.number or 0))
    latest = {one.key: one for one in known}
    return {key: latest[key] for key in sorted(latest)}


def accepted_projects(entries: Iterable[ProjectEntry], kpi: str, day: date) -> tuple[Project, ...]:
    """The accepted projects of a KPI in force on a day, by number."""
    found = in_force(entries, day).values()
    return tuple(one.as_project for one in found if one.kpi == kpi and one.state == "accepted")


def check_project(plan: Plan, entry: ProjectEntry, today: date) -> None:
    """Check an entry before it is stored.

    Raises
    ------
    UnknownKpi
        If the plan has no such KPI.
    InputError
        With what was expected, what was found and what to do.
    """
    kpi = plan.kpi(entry.kpi)
    if not (kpi.traits.has_months and kpi.traits.adds_up):
        raise InputError(
            "expected a KPI whose months add up to the year (kind {kinds}), found '{slug}' of "
            "kind '{kind}'; enter the project at the quantity that it produces.",
            kinds=", ".join(kinds_that("adds_up")),
            slug=kpi.slug,
            kind=kpi.kind,
        )
    parts = kpi.all_parts
    if parts:
        raise InputError(
            "'{slug}' is the total of {parts}; enter the project at the part that it belongs "
            "to, the total takes it from there.",
            slug=kpi.slug,
            parts=", ".join(parts),
        )
    if any(version.task_of(kpi.slug) for version in plan.versions):
        raise InputError(
            "'{slug}' is a task that is counted or ticked off; report on it instead.",
            slug=kpi.slug,
        )
    _check_figures(entry)
    _check_texts(entry)
    if entry.day > today:
        raise InputError(
            "expected a day up to today, {today}, found {day}.", today=today, day=entry.day
        )


def _check_figures(entry: ProjectEntry) -> None:
    if not entry.amount or not math.isfinite(entry.amount):
        raise InputError(
            "expected an amount a month other than 0, in the KPI's unit, found {amount:g}.",
            amount=entry.amount,
        )
    if entry.happening == "stops" and entry.amount > 0:
        raise InputError(
            "what stops takes away: expected an amount below 0, found {amount:g}. Enter it "
            "with a minus.",
            amount=entry.amount,
        )
    at_once = entry.happening != "ramps_up"
    if not (entry.ramp == 1 if at_once else 2 <= entry.ramp <= LONGEST_RAMP):
        raise InputError(
            "expected 1 month for what starts or stops at once, and 2 to {most} months for "
            "what ramps up, found {ramp}.",
            most=LONGEST_RAMP,
            ramp=entry.ramp,
        )
    if not 0.0 <= entry.on_time <= 1.0:
        raise InputError(
            "expected the probability of being on time from 0 to 1 (0.7 for 70 %), found "
            "{on_time:g}.",
            on_time=entry.on_time,
        )
    if not 1.0 <= entry.delay <= LONGEST_DELAY:
        raise InputError(
            "expected the months of a usual delay from 1 to {most:g}, found {delay:g}.",
            most=LONGEST_DELAY,
            delay=entry.delay,
        )


def _check_texts(entry: ProjectEntry) -> None:
    if not entry.name_vi.strip():
        raise InputError("a project needs a name to be found by; enter one.")
    if not entry.by.strip():
        raise InputError("'by' is required, found nothing; name who decided.")
    limits = {
        "name_vi": LONGEST,
        "name_en": LONGEST,
        "responsible": LONGEST,
        "by": LONGEST,
        "obstacle": LONGEST_TEXT,
        "source": LONGEST_TEXT,
        "note": LONGEST_TEXT,
    }
    for name, most in limits.items():
        length = len(getattr(entry, name))
        if length > most:
            raise InputError(
                "'{name}': expected at most {most} characters, found {length}; shorten it.",
                name=name,
                most=most,
                length=length,
            )


def projects_of(store: Store, family: str) -> tuple[ProjectEntry, ...]:
    """All entries about a family's projects, in order of entry."""
    table = tables.projects
    chosen = select(table).where(table.c.family == family).order_by(table.c.id)
    with store.reading() as connection:
        return tuple(
            ProjectEntry(
                kpi=row.kpi,
                name_vi=row.name_vi,
                name_en=row.name_en,
                happening=row.happening,
                start=Month(row.year, row.month),
                ramp=row.ramp,
                amount=row.amount,
                on_time=row.on_time,
                delay=row.delay,
                state=row.state,
                day=row.day,
                by=row.entered_by,
                responsible=row.responsible,
                obstacle=row.obstacle,
                source=row.source,
                note=row.note,
                project=row.project,
                number=row.id,
                entered=row.entered_at,
            )
            for row in connection.execute(chosen)
        )


def add_project(store: Store, plan: Plan, entry: ProjectEntry, by: str | None = None) -> int:
    """Append an entry and return its number; `by` is for the audit log, default this user.

    Raises
    ------
    InputError
        If the family has `MOST_ENTRIES` already.
    """
    table = tables.projects
    logged = {
        "project": entry.project,
        "name": entry.name_vi,
        "start": str(entry.start),
        "amount": entry.amount,
        "state": entry.state,
        "day": entry.day.isoformat(),
    }
    with store.writing() as connection:
        actor, moment = by or process_user(), datetime.now(UTC)
        count = select(func.count()).where(table.c.family == plan.family)
        if connection.execute(count).scalar_one() >= MOST_ENTRIES:
            raise InputError(
                "the register of '{family}' is full: {most} entries at most.",
                family=plan.family,
                most=MOST_ENTRIES,
            )
        result = connection.execute(
            insert(table).values(
                family=plan.family,
                project=entry.project,
                kpi=entry.kpi,
                name_vi=entry.name_vi,
                name_en=entry.name_en,
                happening=entry.happening,
                year=entry.start.year,
                month=entry.start.month,
                ramp=entry.ramp,
                amount=entry.amount,
                on_time=entry.on_time,
                delay=entry.delay,
                responsible=entry.responsible,
                obstacle=entry.obstacle,
                source=entry.source,
                state=entry.state,
                day=entry.day,
                note=entry.note,
                entered_by=entry.by,
                entered_at=moment,
            )
        )
        record_edit(connection, plan, f"project.{entry.state}", entry.kpi, actor, logged, moment)
        assert result.inserted_primary_key is not None
        return int(result.inserted_primary_key[0])
