"""Events: proposals from the figures; accepting, rejecting and adding events."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from data.plans.events import EventEntry
from models.series import Month
from service.auth.access import Entry, requires
from service.shapes.entries import EventDecision, EventList, EventOutcome, EventText
from service.shapes.examples import EVENT_DECISION, EVENT_EXAMPLE
from service.web.respond import AsOf, TheAppState, answer, problems
from service.workflow.events import add_event, decide, events_of

router = APIRouter(prefix="/v1/plans/{plan}/events", tags=["events"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]
KpiSlug = Annotated[str, Path(examples=["exports"])]
EventName = Annotated[str, Path(examples=["2020-04-pulse"])]


@router.get(
    "", dependencies=[requires("viewer")], response_model=EventList, responses=problems(404, 422)
)
def events(
    plan: PlanSlug,
    app_state: TheAppState,
    as_of: AsOf = None,
    kpi: Annotated[str | None, Query(description="default: all of the plan")] = None,
) -> Response:
    """Outliers and level shifts proposed from the figures, and the decisions in force."""
    day = app_state.day_of(plan, as_of)
    return answer(events_of(app_state.store, app_state.panel, plan, day, kpi))


@router.post("", status_code=201, response_model=EventOutcome, responses=problems(404, 422))
def new_event(
    plan: PlanSlug,
    app_state: TheAppState,
    caller: Entry,
    event: Annotated[EventText, Body(examples=[EVENT_EXAMPLE])],
) -> Response:
    """Add an event, accepted. It is never changed; a later decision about it takes its place."""
    today = date.today()
    entry = EventEntry(
        kpi=event.kpi,
        start=Month.parse(event.start),
        shape=event.shape,
        size=event.size,
        length=event.length,
        accepted=True,
        day=event.day or today,
        by=event.by or caller.name,
        name=event.name,
        note=event.note,
    )
    written = add_event(app_state.store, plan, entry, today, caller.name)
    return answer(written, 201, f"/v1/plans/{plan}/events")


@router.post("/{kpi}/{event}/accept", response_model=EventOutcome, responses=problems(404, 422))
def accept(
    plan: PlanSlug,
    kpi: KpiSlug,
    event: EventName,
    app_state: TheAppState,
    caller: Entry,
    decision: Annotated[EventDecision, Body(examples=[EVENT_DECISION])],
) -> Response:
    """Accept an event: forecasts from that day on adjust for it."""
    return _decide(plan, kpi, event, app_state, caller, decision, accepted=True)


@router.post("/{kpi}/{event}/reject", response_model=EventOutcome, responses=problems(404, 422))
def reject(
    plan: PlanSlug,
    kpi: KpiSlug,
    event: EventName,
    app_state: TheAppState,
    caller: Entry,
    decision: Annotated[EventDecision, Body(examples=[EVENT_DECISION])],
) -> Response:
    """Reject an event: forecasts from that day on use the figures unadjusted."""
    return _decide(plan, kpi, event, app_state, caller, decision, accepted=False)


def _decide(
    plan: str,
    kpi: str,
    event: str,
    app_state: TheAppState,
    caller: Entry,
    decision: EventDecision,
    *,
    accepted: bool,
) -> Response:
    today = date.today()
    written = decide(
        app_state.store,
        app_state.panel,
        plan,
        kpi,
        event,
        accepted=accepted,
        day=decision.day or today,
        by=decision.by or caller.name,
        note=decision.note,
        today=today,
        actor=caller.name,
    )
    return answer(written)
