"""What if: scenarios of a plan, internal."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from models.events import Event
from models.scenario import Lever
from models.series import Month
from service.access import Entry, requires
from service.move_schemas import ChangeShape, ScenarioDetail, ScenarioList, ScenarioRequest
from service.routes.respond import TheDesk, problems
from service.scenarios import Asked, listed, run, save, saved

router = APIRouter(prefix="/v1/plans/{plan}/scenarios", tags=["scenarios"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]


@router.get(
    "",
    dependencies=[requires("viewer")],
    response_model=ScenarioList,
    responses=problems(404),
)
def all_scenarios(plan: PlanSlug, desk: TheDesk) -> dict[str, Any]:
    """The scenarios of a plan in short, newest first, and those that are ready to be asked."""
    return listed(desk, plan)


@router.post("", status_code=201, response_model=ScenarioDetail, responses=problems(404, 409, 422))
def new_scenario(
    plan: PlanSlug,
    request: ScenarioRequest,
    desk: TheDesk,
    by: Entry,
    response: Response,
    keep: Annotated[bool, Query(description="false: compute only, and forget")] = True,
) -> dict[str, Any]:
    """Suppose otherwise: levers on months to come, beside the projection on the same paths.

    Changes are applied in their order. A total moves with its parts.
    """
    day = desk.day_of(plan, request.as_of)
    asked = _asked(request)
    if not keep:
        return {**run(desk, plan, day, asked), "id": None, "by": by.name, "at": None}
    kept = save(desk, plan, day, asked, by.name)
    response.headers["Location"] = f"/v1/plans/{plan}/scenarios/{kept['id']}"
    return kept


@router.get(
    "/{id}",
    dependencies=[requires("viewer")],
    response_model=ScenarioDetail,
    responses=problems(404, 422),
)
def one_scenario(
    plan: PlanSlug, number: Annotated[int, Path(alias="id", examples=[1])], desk: TheDesk
) -> dict[str, Any]:
    """A scenario as it was saved."""
    return saved(desk, plan, number)


def _asked(request: ScenarioRequest) -> Asked:
    levers: dict[str, list[Lever]] = {}
    for one in request.changes:
        levers.setdefault(one.kpi, []).append(_lever(one))
    return Asked(
        name=request.name,
        levers=levers,
        preset=request.preset,
        assumptions=request.assumptions,
        kpi=request.kpi,
        note=request.note,
        definition=request.model_dump(exclude_defaults=True, exclude={"name", "note"}),
    )


def _lever(one: ChangeShape) -> Lever:
    told, event = one.event, None
    if told is not None:
        start = Month.parse(told.start)
        event = Event(one.kpi, start, told.shape, told.size, told.length)
    return Lever(one.shape, tuple(map(Month.parse, one.months)), one.value, event)
