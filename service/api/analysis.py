"""Why forecasts changed, and why performance did."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from service.analysis.changes import changes
from service.analysis.contributions import contributions
from service.auth.access import requires
from service.projections.basis import as_of_date
from service.projections.shape import encode
from service.shapes.analysis import ChangeList, Contributions
from service.state.app_state import JSON_TYPE, Body, etag_of
from service.web.respond import AsOf, TheAppState, problems, respond

router = APIRouter(
    prefix="/v1/plans/{plan}", tags=["projections"], dependencies=[requires("viewer")]
)
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]


@router.get("/changes", response_model=ChangeList, responses=problems(404, 409, 422))
def all_changes(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    before: Annotated[str, Query(alias="from", description="a vintage", examples=["2021-05"])],
    after: Annotated[str, Query(alias="to", description="a later one", examples=["2021-06"])],
    kpi: Annotated[str | None, Query(description="default: all")] = None,
) -> Response:
    """Why projections and probabilities changed from one vintage to another.

    The parts of a change, in this order: the plan version, the model, revisions of
    past months, the new month (for a task: progress). They add up to the change
    between the two figures as issued.
    """

    def make() -> Body:
        content = changes(app_state, plan, as_of_date(before), as_of_date(after), kpi)
        stamps = [end for one in content.changes for end in (one.stamp.before, one.stamp.after)]
        return Body(encode(content), JSON_TYPE, etag_of(stamps, "-changes"))

    return respond(request, app_state.body(plan, ("changes", before, after, kpi), make))


@router.get("/contributions/{kpi}", response_model=Contributions, responses=problems(404, 422))
def of_components(
    plan: PlanSlug,
    kpi: Annotated[str, Path(examples=["turnover"])],
    request: Request,
    app_state: TheAppState,
    as_of: AsOf = None,
) -> Response:
    """Growth of the year to date on the same period by component, in percentage points.

    Components are its `parts` and the KPIs whose `parent` it is; those along different
    dimensions (gate, ownership) are different breakdowns. Parts and remainder add up.
    """

    def make() -> Body:
        basis = app_state.basis(plan, app_state.day_of(plan, as_of))
        content = contributions(basis, kpi)
        return Body(encode(content), JSON_TYPE, etag_of([basis.data_hash[:16], kpi], "-parts"))

    return respond(request, app_state.body(plan, ("contributions", kpi, as_of), make))
