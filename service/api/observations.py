"""Printed figures with their publication dates."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from data.plans.rows import load_plan
from data.vintages.dated import dated_of
from data.vintages.observation import PER_CENT, Observation
from models.series import Month
from service.auth.access import requires
from service.shapes.observations import ObservationList, ObservationShape
from service.web.respond import AsOf, TheAppState, answer, problems
from service.workflow.imports import dated_shape

router = APIRouter(
    prefix="/v1/observations", tags=["observations"], dependencies=[requires("viewer")]
)

PAGE, LARGEST_PAGE = 1000, 10_000


@router.get(
    "",
    dependencies=[requires("viewer")],
    response_model=ObservationList,
    responses=problems(404, 422),
)
def observations(
    request: Request,
    app_state: TheAppState,
    plan: Annotated[str, Query(description="plan slug", examples=["vietnam-2021"])],
    kpi: Annotated[str | None, Query(description="default all of the plan")] = None,
    as_of: AsOf = None,
    first: Annotated[
        str | None, Query(alias="from", description="first month, YYYY-MM", examples=["2021-01"])
    ] = None,
    last: Annotated[str | None, Query(alias="to", description="last month, YYYY-MM")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Printed figures up to a vintage, oldest publication first; a revision is a row of its own.

    Rates and shares are per cent as printed (100 is unchanged), other figures in the
    KPI's unit. `next` is the address of the next page.
    """
    document = load_plan(app_state.store, plan)
    day = app_state.day_of(plan, as_of)
    panel = app_state.panel(document.family)
    kpis = (document.kpi(kpi),) if kpi else document.kpis
    units = {one.slug: one.unit for one in kpis}
    months = (Month.parse(first) if first else None, Month.parse(last) if last else None)
    found = [
        figure
        for one in kpis
        for figure in panel.observations(one.slug, day)
        if (months[0] or figure.month) <= figure.month <= (months[1] or figure.month)
    ]
    found.sort(key=lambda figure: figure.published)
    dated = [
        dated_shape(figure, units[figure.kpi])
        for figure in dated_of(app_state.store, document.family, day)
        if figure.kpi in units
    ]
    page = found[offset : offset + limit]
    following = {**request.query_params, "limit": limit, "offset": offset + limit}
    more = offset + limit < len(found)
    return answer(
        ObservationList(
            plan=plan,
            as_of=day,
            count=len(found),
            observations=tuple(_row(figure, units[figure.kpi]) for figure in page),
            dated=tuple(dated),
            next=f"{request.url.path}?{urlencode(following)}" if more else None,
        )
    )


def _row(figure: Observation, unit: str) -> ObservationShape:
    return ObservationShape(
        kpi=figure.kpi,
        month=figure.month,
        form=figure.form,
        value=figure.value,
        unit="%" if figure.form in PER_CENT else unit,
        status=figure.status,
        published=figure.published,
        source=figure.source,
    )
