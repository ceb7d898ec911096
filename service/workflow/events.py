"""Events of a family: proposals from the figures, and decisions of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from data.db.store import Store
from data.plans import events
from data.plans.events import EventEntry, check_event, decided
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.vintages.panel import Panel
from data.vintages.panel_rows import PanelOf
from models.errors import NoObservations, SeriesTooShort, UnknownEvent
from models.events.event import Event, find_events
from models.pipeline import forecastable
from service.shapes.entries import EventList, EventOutcome

DIGITS = 4  # of a proposed size: 0.01 % of the month


def events_of(
    store: Store, panel_of: PanelOf, plan: str, day: date, kpi: str | None = None
) -> EventList:
    """The events of a plan's KPIs, or of one KPI, as of a day: decided and proposed.

    Raises
    ------
    UnknownPlan, UnknownKpi
        If there is no such plan or KPI.
    """
    document = load_plan(store, plan)
    kpis = [document.kpi(kpi)] if kpi else list(document.kpis)
    panel = panel_of(document.family)
    known = decided(events.events_of(store, document.family), day)
    found = []
    for one in kpis:
        mine = [entry for entry in known.values() if entry.kpi == one.slug]
        taken = {(entry.start, entry.shape) for entry in mine}
        proposals = [
            event for event in proposed(panel, one, day) if (event.start, event.shape) not in taken
        ]
        lines = [*map(_decided, mine), *(_proposed(one.slug, event) for event in proposals)]
        found += sorted(lines, key=lambda line: line.event)
    return EventList(plan=plan, as_of=day, events=tuple(found))


def proposed(panel: Panel, kpi: Kpi, day: date) -> tuple[Event, ...]:
    """Outliers and level shifts in a KPI's figures; () if history is too short."""
    if kpi.slug not in panel.definitions:
        return ()
    try:
        found = find_events(forecastable(panel.series_as_of(kpi.slug, day)))
    except (NoObservations, SeriesTooShort):
        return ()
    return tuple(replace(one, size=round(one.size, DIGITS)) for one in found)


def add_event(store: Store, plan: str, entry: EventEntry, today: date, actor: str) -> EventOutcome:
    """Append an accepted event and return it as written.

    Raises
    ------
    UnknownPlan, UnknownKpi, InputError
        If there is no such plan or KPI, or the event is not valid.
    """
    return _written(store, load_plan(store, plan), entry, today, actor)


def decide(
    store: Store,
    panel_of: PanelOf,
    plan: str,
    kpi: str,
    event: str,
    *,
    accepted: bool,
    day: date,
    by: str,
    note: str,
    today: date,
    actor: str,
) -> EventOutcome:
    """Accept or reject a proposal, or change an earlier decision.

    Parameters
    ----------
    event : its name within the KPI, as `events_of` gives it: '2020-04-pulse'
    day : from when it counts; proposals come from figures published up to then
    by, note : who decides, and why
    actor : who enters it

    Raises
    ------
    UnknownPlan, UnknownKpi, UnknownEvent, InputError
    """
    document = load_plan(store, plan)
    definition = document.kpi(kpi)
    entries = [one for one in events.events_of(store, document.family) if one.kpi == kpi]
    chosen = [one for one in entries if name_of(one.event) == event]
    if chosen:
        content = chosen[-1].event
    else:
        found = proposed(panel_of(document.family), definition, day)
        names = {name_of(one): one for one in found}
        if event not in names:
            known = ", ".join(sorted({*names, *(name_of(one.event) for one in entries)}))
            raise UnknownEvent(
                "expected an event of '{kpi}' as of {day}, found '{event}'; known: {known}. "
                "To add an event: vedich event add.",
                kpi=kpi,
                day=day,
                event=event,
                known=known or "none",
            )
        content = replace(names[event], name="")
    entry = EventEntry(
        kpi=kpi,
        start=content.start,
        shape=content.shape,
        size=content.size,
        length=content.length,
        accepted=accepted,
        day=day,
        by=by,
        name=content.name,
        note=note,
    )
    return _written(store, document, entry, today, actor)


def name_of(event: Event) -> str:
    """The name of an event within its KPI: '2020-04-pulse'."""
    return f"{event.start}-{event.shape}"


def _written(store: Store, plan: Plan, entry: EventEntry, today: date, actor: str) -> EventOutcome:
    check_event(plan, entry, today)
    events.add_event(store, plan, entry, actor)
    return _decided(events.events_of(store, plan.family)[-1])


def _decided(entry: EventEntry) -> EventOutcome:
    event = entry.event
    return EventOutcome(
        kpi=entry.kpi,
        event=name_of(event),
        name=event.name,
        start=event.start,
        shape=event.shape,
        size=event.size,
        length=event.length,
        state="accepted" if entry.accepted else "rejected",
        day=entry.day,
        by=entry.by,
        note=entry.note,
        entered=entry.entered,
    )


def _proposed(kpi: str, event: Event) -> EventOutcome:
    return EventOutcome(
        kpi=kpi,
        event=name_of(event),
        name="",
        start=event.start,
        shape=event.shape,
        size=event.size,
        length=event.length,
        state="proposed",
        day=None,
        by=None,
        note="",
        entered=None,
    )
