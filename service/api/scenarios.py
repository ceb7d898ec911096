"""What if: scenarios of a plan, internal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from models.events.event import Event
from models.events.levers import Lever
from models.series import Month
from service.analysis.scenario_table import scenario_table
from service.analysis.scenarios import ScenarioInput, listed, run, save, saved, unsaved
from service.auth.access import Entry, requires
from service.shapes.analysis import (
    ChangeShape,
    ScenarioDetail,
    ScenarioList,
    ScenarioRequest,
)
from service.shapes.scenario_table import ScenarioTable
from service.web.respond import AsOf, TheAppState, answer, problems

router = APIRouter(prefix="/v1/plans/{plan}/scenarios", tags=["scenarios"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]


@router.get(
    "",
    dependencies=[requires("viewer")],
    response_model=ScenarioList,
    responses=problems(404),
)
def all_scenarios(plan: PlanSlug, app_state: TheAppState) -> Response:
    """Summaries of a plan's scenarios, newest first, and the presets."""
    return answer(listed(app_state, plan))


@router.post("", status_code=201, response_model=ScenarioDetail, responses=problems(404, 409, 422))
def new_scenario(
    plan: PlanSlug,
    request: ScenarioRequest,
    app_state: TheAppState,
    by: Entry,
    keep: Annotated[bool, Query(description="false: compute without saving")] = True,
) -> Response:
    """Run a what-if: levers on remaining months, beside the projection on the same paths.

    Changes are applied in their order. A total changes with its parts.
    """
    day = app_state.day_of(plan, request.as_of)
    given = _scenario_input(request)
    if not keep:
        return answer(unsaved(run(app_state, plan, day, given), given, by.name), 201)
    stored = save(app_state, plan, day, given, by.name)
    return answer(stored, 201, f"/v1/plans/{plan}/scenarios/{stored.id}")


@router.get(
    "/side-by-side",
    dependencies=[requires("viewer")],
    response_model=ScenarioTable,
    responses=problems(404, 409, 422),
)
def scenarios_side_by_side(plan: PlanSlug, app_state: TheAppState, as_of: AsOf = None) -> Response:
    """Low, base and high scenario beside the forecast and the scenarios saved for the day."""
    return answer(scenario_table(app_state, plan, app_state.day_of(plan, as_of)))


@router.get(
    "/{id}",
    dependencies=[requires("viewer")],
    response_model=ScenarioDetail,
    responses=problems(404, 422),
)
def one_scenario(
    plan: PlanSlug, number: Annotated[int, Path(alias="id", examples=[1])], app_state: TheAppState
) -> Response:
    """A scenario as it was saved."""
    return answer(saved(app_state, plan, number))


def _scenario_input(request: ScenarioRequest) -> ScenarioInput:
    levers: dict[str, list[Lever]] = {}
    for one in request.changes:
        levers.setdefault(one.kpi, []).append(_lever(one))
    return ScenarioInput(
        name=request.name,
        levers=levers,
        preset=request.preset,
        assumptions=request.assumptions,
        kpi=request.kpi,
        note=request.note,
        definition=request.model_dump(exclude_defaults=True, exclude={"name", "note"}),
    )


def _lever(one: ChangeShape) -> Lever:
    shape, event = one.event, None
    if shape is not None:
        start = Month.parse(shape.start)
        event = Event(one.kpi, start, shape.shape, shape.size, shape.length)
    return Lever(one.shape, tuple(map(Month.parse, one.months)), one.value, event)
