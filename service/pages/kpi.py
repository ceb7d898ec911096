"""The page of a KPI, and its charts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from data.plans.plan import Plan
from data.plans.rows import load_plan
from models.errors import NoBundle, NoObservations
from service.analysis.history import history_of
from service.auth.access import Viewer, requires
from service.pages.page import page_body, respond_page, site_of
from service.pages.site import Site
from service.pages.views.frame import frame_of, vintage_of
from service.pages.views.kpi import KpiContent, answer_of
from service.projections.issue import outcomes_of
from service.state.app_state import JSON_TYPE, AppState, Body, etag_key, etag_of
from service.texts import Lang, name_of
from service.web.respond import AsOf, Language, TheAppState, respond
from service.wording import on_page

router = APIRouter(prefix="/plans/{plan}/kpis/{kpi}", include_in_schema=False)
PlanSlug = Annotated[str, Path()]
KpiSlug = Annotated[str, Path()]
Form = Literal["svg", "json"]
_TYPES = {"svg": "image/svg+xml", "json": JSON_TYPE}


@router.get("")
def kpi_page(
    plan: PlanSlug,
    kpi: KpiSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """A KPI: its months, required quarters, probability, official estimate and notes."""
    document = load_plan(app_state.store, plan)
    document.kpi(kpi)
    site = site_of(request, lang, by, plan, "", as_of)

    def make() -> Body:
        return page_body("kpi.html", site, _content(app_state, document, kpi, site))

    return respond_page(request, app_state.picture(plan, ("page", site), make))


@router.get("/{chart}.{form}", dependencies=[requires("viewer")], response_class=Response)
def kpi_chart(
    plan: PlanSlug,
    kpi: KpiSlug,
    chart: Literal["distribution", "history"],
    form: Form,
    request: Request,
    app_state: TheAppState,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """The distribution of the year, or the history of its probability, as a chart."""
    day = app_state.day_of(plan, as_of)

    def make() -> Body:
        return _drawn(app_state, plan, kpi, chart, form, day, lang)

    return respond(
        request, app_state.picture(plan, ("kpi chart", kpi, chart, form, day, lang), make)
    )


def _content(app_state: AppState, plan: Plan, slug: str, site: Site) -> KpiContent:
    lang, kpi = site.lang, plan.kpi(slug)
    day = vintage_of(app_state, plan, site)
    frame = frame_of(app_state, plan, site, day)
    content = KpiContent(frame=frame, kpi=kpi, kpi_name=name_of(kpi, lang))
    if day is None:
        return content
    try:
        answer = answer_of(app_state, frame, kpi, day, lang)
    except (NoBundle, NoObservations) as reason:
        return replace(content, problem=on_page(reason, plan, lang))
    label = answer.one.label
    own = replace(frame, labels=(label[lang],) if label else ())
    return replace(content, frame=own, answer=answer)


def _drawn(
    app_state: AppState, plan: str, kpi: str, chart: str, form: Form, day: date, lang: Lang
) -> Body:
    """A chart's specification or picture; Altair is imported on first use."""
    from service.charts.fan_chart import to_json, to_svg
    from service.charts.outcome import distribution_chart, probability_chart

    if chart == "history":
        points = history_of(app_state, plan, kpi, day.isoformat()).history
        levels = load_plan(app_state.store, plan).thresholds
        drawn = probability_chart(points, (levels.at_risk, levels.on_track), lang)
        keys = [point.stamp or point.as_of.isoformat() for point in points]
    else:
        (one,) = app_state.shown(plan, day, kpi)
        basis = app_state.basis(plan, day)
        outcomes = outcomes_of(basis, kpi)
        if outcomes is None:
            raise NoObservations(
                "'{kpi}' has no distribution of its year on {day}.",
                kpi=kpi,
                day=day,
            )
        drawn = distribution_chart(one, outcomes, lang, basis.plan.kpi(kpi).decimals)
        keys = [etag_key(one)]
    content = to_json(drawn) if form == "json" else to_svg(drawn)
    return Body(content, _TYPES[form], etag_of(keys, f"-{lang}-{form}"))
