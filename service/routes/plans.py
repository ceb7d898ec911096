"""Plans, their versions, and retraining."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response
from fastapi.responses import JSONResponse

from service.access import Entry, requires
from service.comparison import comparison
from service.examples import NEW_VERSION
from service.plans import add_version, detail, summary, version_json
from service.retraining import retrain_work
from service.routes.respond import TheDesk, problems
from service.schemas import (
    JobShape,
    PlanDetail,
    PlanList,
    RetrainRequest,
    VersionComparison,
    VersionShape,
)

router = APIRouter(prefix="/v1/plans", tags=["plans"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]


@router.get("", dependencies=[requires("viewer")], response_model=PlanList)
def all_plans(desk: TheDesk) -> dict[str, Any]:
    """All plans in short."""
    return {"plans": [summary(desk.store, desk.store.plan(slug)) for slug in desk.store.plans()]}


@router.get(
    "/{plan}",
    dependencies=[requires("viewer")],
    response_model=PlanDetail,
    responses=problems(404),
)
def one_plan(plan: PlanSlug, desk: TheDesk) -> dict[str, Any]:
    """A plan with its KPIs and all its versions."""
    return detail(desk.store, desk.store.plan(plan))


@router.post(
    "/{plan}/versions",
    status_code=201,
    response_model=VersionShape,
    responses=problems(404, 422),
)
def new_version(
    plan: PlanSlug,
    desk: TheDesk,
    by: Entry,
    response: Response,
    version: Annotated[dict[str, Any], Body(examples=[NEW_VERSION])],
) -> dict[str, Any]:
    """Add a version: all targets then in force, with the keys of a plan document.

    Without `number` it becomes the next one. A saved version never changes.
    """
    added = add_version(desk.store, plan, version, by.name)
    response.headers["Location"] = f"/v1/plans/{plan}"
    return version_json(added)


@router.get(
    "/{plan}/versions/compare",
    dependencies=[requires("viewer")],
    response_model=VersionComparison,
    responses=problems(404, 422),
)
def compare_versions(
    plan: PlanSlug,
    desk: TheDesk,
    before: Annotated[int, Query(alias="from", description="number of a version")],
    after: Annotated[int, Query(alias="to", description="number of a version")],
) -> dict[str, Any]:
    """What was added, dropped and changed from one version to another."""
    return comparison(desk.store.plan(plan), before, after)


@router.post(
    "/{plan}/retrain",
    status_code=202,
    response_model=JobShape,
    responses=problems(404, 422),
)
def retrain(
    plan: PlanSlug, desk: TheDesk, by: Entry, request: RetrainRequest | None = None
) -> Response:
    """Start a retraining; the job says how far it is.

    Asking again for the same plan and date while it waits or runs gives the same job.
    """
    desk.store.plan(plan)
    day = desk.day_of(plan, request.as_of if request else None)
    work = retrain_work(desk.store, desk.settings, plan, day, by.name)
    job = desk.jobs.start(f"retrain {plan} as of {day}", work)
    return JSONResponse(vars(job), 202, {"Location": f"/v1/jobs/{job.id}"})
