"""Plans, their versions, and retraining."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response

from data.plans.rows import load_plan
from service.auth.access import Entry, Viewer, requires
from service.rights.ownership import plans_open_to
from service.shapes.examples import NEW_VERSION
from service.shapes.plans import PlanDetail, PlanList, VersionComparison, VersionShape
from service.shapes.registry import JobShape, RetrainRequest
from service.web.respond import Language, TheAppState, answer, problems
from service.work.shown import job_shape
from service.workflow.plans import add_version, detail, summary, version_shape
from service.workflow.version_comparison import comparison

router = APIRouter(prefix="/v1/plans", tags=["plans"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]


@router.get("", response_model=PlanList)
def all_plans(app_state: TheAppState, by: Viewer) -> Response:
    """Summaries of all plans that the caller may see."""
    store = app_state.store
    found = (
        summary(store, app_state.panel, load_plan(store, slug))
        for slug in plans_open_to(store, by)
    )
    return answer(PlanList(plans=tuple(found)))


@router.get(
    "/{plan}",
    dependencies=[requires("viewer")],
    response_model=PlanDetail,
    responses=problems(404),
)
def one_plan(plan: PlanSlug, app_state: TheAppState) -> Response:
    """A plan with its KPIs and all its versions."""
    return answer(detail(app_state.store, app_state.panel, load_plan(app_state.store, plan)))


@router.post(
    "/{plan}/versions",
    status_code=201,
    response_model=VersionShape,
    responses=problems(404, 422),
)
def new_version(
    plan: PlanSlug,
    app_state: TheAppState,
    by: Entry,
    version: Annotated[dict[str, Any], Body(examples=[NEW_VERSION])],
) -> Response:
    """Add a version with all targets in force, in the keys of a plan document.

    `number` is the next one by default. A saved version never changes.
    """
    added = add_version(app_state.store, plan, version, by.name)
    return answer(version_shape(added), 201, f"/v1/plans/{plan}")


@router.get(
    "/{plan}/versions/compare",
    dependencies=[requires("viewer")],
    response_model=VersionComparison,
    responses=problems(404, 422),
)
def compare_versions(
    plan: PlanSlug,
    app_state: TheAppState,
    before: Annotated[int, Query(alias="from", description="number of a version")],
    after: Annotated[int, Query(alias="to", description="number of a version")],
) -> Response:
    """What was added, dropped and changed from one version to another."""
    return answer(comparison(load_plan(app_state.store, plan), before, after))


@router.post(
    "/{plan}/retrain",
    status_code=202,
    response_model=JobShape,
    responses=problems(404, 422),
)
def retrain(
    plan: PlanSlug,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    request: RetrainRequest | None = None,
) -> Response:
    """Start a retraining; the job tells its progress.

    A second request for the same plan and date returns the same job while it waits or runs.
    """
    load_plan(app_state.store, plan)
    day = app_state.day_of(plan, request.as_of if request else None)
    arguments = {"as_of": day.isoformat()}
    job = app_state.jobs.start("retrain", f"retrain {plan} as of {day}", by.name, plan, arguments)
    return answer(job_shape(app_state.store, job, lang), 202, f"/v1/jobs/{job.id}")
