"""Projections of a plan: all, one, as CSV, as fan chart, and their history."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from service.analysis.history import history_of
from service.auth.access import Caller, Public, requires
from service.projections.basis import as_of_date
from service.projections.columns import to_csv
from service.projections.issued import issued_projections
from service.projections.joint import joint_probability
from service.projections.shape import encode
from service.projections.view import (
    HistoryView,
    JointProbability,
    ProjectionsView,
    ProjectionView,
)
from service.state.app_state import JSON_TYPE, AppState, Body, etag_key, etag_of
from service.texts import Lang
from service.web.respond import AsOf, Language, TheAppState, problems, respond

router = APIRouter(prefix="/v1/plans/{plan}/projections", tags=["projections"])

PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]
KpiSlug = Annotated[str, Path(examples=["exports"])]
BOM = "\ufeff"  # lets Excel read the CSV as UTF-8
_PICTURES = {"svg": "image/svg+xml", "png": "image/png", "json": JSON_TYPE}


@router.get("", response_model=ProjectionsView, responses=problems(404, 409, 422))
def all_projections(
    plan: PlanSlug, request: Request, app_state: TheAppState, by: Public, as_of: AsOf = None
) -> Response:
    """The projections of all KPIs, in the plan's order; readers outside see issued ones."""

    def make() -> Body:
        shown = shown_to(by, app_state, plan, as_of)
        if not by.inside:
            return _list(shown, None)
        issued = app_state.all_issued(plan, app_state.day_of(plan, as_of))
        return _list(shown, joint_probability(issued))

    return respond(request, app_state.body(plan, ("projections", by.inside, as_of), make))


@router.get(
    ".csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **problems(404, 409, 422)},
)
def all_projections_csv(
    plan: PlanSlug, request: Request, app_state: TheAppState, by: Public, as_of: AsOf = None
) -> Response:
    """The same as CSV for spreadsheets: one line per target."""

    def make() -> Body:
        shown = shown_to(by, app_state, plan, as_of)
        tag = etag_of([etag_key(one) for one in shown], "-csv")
        return Body((BOM + to_csv(shown)).encode(), "text/csv; charset=utf-8", tag)

    return respond(request, app_state.body(plan, ("csv", by.inside, as_of), make))


@router.get("/{kpi}", response_model=ProjectionView, responses=problems(404, 409, 422))
def one_projection(
    plan: PlanSlug,
    kpi: KpiSlug,
    request: Request,
    app_state: TheAppState,
    by: Public,
    as_of: AsOf = None,
) -> Response:
    """The projection of one KPI; its ETag begins with its stamp."""

    def make() -> Body:
        return _one(shown_to(by, app_state, plan, as_of, kpi)[0])

    return respond(request, app_state.body(plan, ("projection", by.inside, kpi, as_of), make))


@router.get(
    "/{kpi}/fan-chart.{form}",
    dependencies=[requires("viewer")],
    response_class=Response,
    responses={
        200: {"content": {kind: {} for kind in _PICTURES.values()}},
        **problems(404, 409, 422),
    },
)
def fan_chart(
    plan: PlanSlug,
    kpi: KpiSlug,
    form: Literal["svg", "png", "json"],
    request: Request,
    app_state: TheAppState,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """The fan chart as SVG, PNG or Vega-Lite JSON."""
    return respond(
        request,
        app_state.picture(
            plan,
            ("chart", kpi, form, lang, as_of),
            lambda: draw(app_state, plan, kpi, app_state.day_of(plan, as_of), form, lang),
        ),
    )


@router.get(
    "/{kpi}/history",
    dependencies=[requires("viewer")],
    response_model=HistoryView,
    responses=problems(404, 409, 422),
)
def history(
    plan: PlanSlug, kpi: KpiSlug, request: Request, app_state: TheAppState, as_of: AsOf = None
) -> Response:
    """The probability month by month, up to `as_of`.

    Each month uses what was known at its end and the model trained on data up to
    then; `reason` tells why a month has no projection.
    """

    def make() -> Body:
        content = history_of(app_state, plan, kpi, as_of)
        stamps = [point.stamp or point.as_of.isoformat() for point in content.history]
        return Body(encode(content), JSON_TYPE, etag_of(stamps, "-history"))

    return respond(request, app_state.body(plan, ("history", kpi, as_of), make))


def draw(app_state: AppState, plan: str, kpi: str, day: date, form: str, lang: Lang) -> Body:
    """A fan chart as a file; Altair is loaded with the first."""
    from service.charts import fan_chart as charts
    from service.charts.fan import fan_of

    issued = app_state.issued(plan, kpi, day)
    basis = app_state.basis(plan, day)
    series = basis.panel.series_as_of(kpi, day)
    fan = fan_of(issued.view, series, lang)
    chart = charts.fan_chart(issued.view, fan, lang, basis.plan.kpi(kpi).decimals)
    content = {"svg": charts.to_svg, "png": charts.to_png, "json": charts.to_json}[form](chart)
    return Body(content, _PICTURES[form], etag_of([issued.stamp], f"-{lang}-{form}"))


def shown_to(
    by: Caller, app_state: AppState, plan: str, as_of: str | None, kpi: str | None = None
) -> list[ProjectionView]:
    """The projections of a plan, or of one KPI, that this caller may see."""
    if by.inside:
        return app_state.shown(plan, app_state.day_of(plan, as_of), kpi)
    return issued_projections(app_state.store, plan, as_of_date(as_of) if as_of else None, kpi)


def _one(projection: ProjectionView) -> Body:
    return Body(encode(projection), JSON_TYPE, etag_of([etag_key(projection)]))


def _list(projections: list[ProjectionView], joint: JointProbability | None) -> Body:
    tag = etag_of([etag_key(one) for one in projections], "-list")
    content = ProjectionsView(projections=tuple(projections), together=joint)
    return Body(encode(content), JSON_TYPE, tag)
