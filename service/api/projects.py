"""The register of projects: what starts, stops or ramps up, and how much it adds."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from service.auth.access import Entry, requires
from service.shapes.examples import PROJECT_DECISION, PROJECT_EXAMPLE
from service.shapes.projects import ProjectDecision, ProjectList, ProjectOutcome, ProjectText
from service.web.respond import AsOf, TheAppState, answer, problems
from service.workflow.projects import add_project, decide, projects_of

router = APIRouter(prefix="/v1/plans/{plan}/projects", tags=["projects"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]
Number = Annotated[int, Path(examples=[1], description="of the project in the register")]


@router.get(
    "", dependencies=[requires("viewer")], response_model=ProjectList, responses=problems(404, 422)
)
def projects(
    plan: PlanSlug,
    app_state: TheAppState,
    as_of: AsOf = None,
    kpi: Annotated[str | None, Query(description="default: all of the plan")] = None,
) -> Response:
    """The projects entered up to a day: proposed, accepted and rejected."""
    day = app_state.day_of(plan, as_of)
    return answer(projects_of(app_state.store, plan, day, kpi))


@router.post("", status_code=201, response_model=ProjectOutcome, responses=problems(404, 422))
def new_project(
    plan: PlanSlug,
    app_state: TheAppState,
    caller: Entry,
    project: Annotated[ProjectText, Body(examples=[PROJECT_EXAMPLE])],
) -> Response:
    """Enter a project. An entry is never changed; a later one about it takes its place."""
    written = add_project(app_state.store, plan, project, date.today(), caller.name)
    return answer(written, 201, f"/v1/plans/{plan}/projects")


@router.post("/{project}/accept", response_model=ProjectOutcome, responses=problems(404, 422))
def accept_project(
    plan: PlanSlug,
    project: Number,
    app_state: TheAppState,
    caller: Entry,
    decision: Annotated[ProjectDecision, Body(examples=[PROJECT_DECISION])],
) -> Response:
    """Accept a project, or enter what has changed: forecasts from that day on add its output."""
    today = date.today()
    found = decide(app_state.store, plan, project, "accepted", decision, today, caller.name)
    return answer(found)


@router.post("/{project}/reject", response_model=ProjectOutcome, responses=problems(404, 422))
def reject_project(
    plan: PlanSlug,
    project: Number,
    app_state: TheAppState,
    caller: Entry,
    decision: Annotated[ProjectDecision, Body(examples=[PROJECT_DECISION])],
) -> Response:
    """Reject a project: forecasts from that day on leave it out."""
    today = date.today()
    found = decide(app_state.store, plan, project, "rejected", decision, today, caller.name)
    return answer(found)
