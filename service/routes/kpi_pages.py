"""One KPI's page, and the charts that only it shows."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response

from data.plan import Plan
from models.errors import NoBundle, NoObservations
from service.access import Viewer, requires
from service.desk import JSON_TYPE, Body, Desk, tag_of
from service.history import history_of
from service.kpi_view import THRESHOLDS, kpi_content
from service.projections import outcomes_of
from service.routes.page import frame, page_body, respond_page, site_of, vintage_of
from service.routes.respond import AsOf, Language, TheDesk, respond
from service.site import Site
from service.texts import Lang, assigned, name_of

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
    desk: TheDesk,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """A KPI: its course, what each quarter must bring, how sure we are, the estimate, notes."""
    document = desk.store.plan(plan)
    document.kpi(kpi)
    site = site_of(request, lang, by, plan, "", as_of)

    def make() -> Body:
        return page_body("kpi.html", site, _content(desk, document, kpi, site))

    return respond_page(request, desk.picture(plan, ("page", site), make))


@router.get("/{chart}.{form}", dependencies=[requires("viewer")], response_class=Response)
def kpi_chart(
    plan: PlanSlug,
    kpi: KpiSlug,
    chart: Literal["distribution", "history"],
    form: Form,
    request: Request,
    desk: TheDesk,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """The spread of the year's outcomes, or the course of the probability, as a chart."""
    day = desk.day_of(plan, as_of)

    def make() -> Body:
        return _drawn(desk, plan, kpi, chart, form, day, lang)

    return respond(request, desk.picture(plan, ("kpi chart", kpi, chart, form, day, lang), make))


def _content(desk: Desk, plan: Plan, slug: str, site: Site) -> dict[str, Any]:
    lang, kpi = site.lang, plan.kpi(slug)
    day = vintage_of(desk, plan, site)
    content: dict[str, Any] = {
        **frame(desk, plan, site, day),
        "kpi": kpi,
        "kpi_name": name_of(kpi, lang),
        "one": None,
        "problem": "",
    }
    if day is None:
        return content
    try:
        found = kpi_content(desk, plan, kpi, day, lang)
    except (NoBundle, NoObservations) as reason:
        return content | {"problem": str(reason)}
    one, target = found["one"], assigned(found["one"])
    return content | {
        **found,
        "months": content["months"],
        "months_table": found["months"],
        "labels": [one["label"][lang]] if one["label"] else [],
        "ceiling": bool(target and target["comparator"] == "at_most"),
        "moved": sum(point["known"] for point in found["history"]),
        "vintage": site.as_of or day.isoformat(),
    }


def _drawn(desk: Desk, plan: str, kpi: str, chart: str, form: Form, day: date, lang: Lang) -> Body:
    """A chart's specification or picture; Altair is loaded when the first is asked for."""
    from service.charts import to_json, to_svg
    from service.outcome_charts import distribution_chart, probability_chart

    if chart == "history":
        points = history_of(desk, plan, kpi, day.isoformat())["history"]
        drawn = probability_chart(points, THRESHOLDS, lang)
        tag = tag_of([point["stamp"] or point["as_of"] for point in points], f"-{lang}-{form}")
    else:
        (one,) = desk.shown(plan, day, kpi)
        basis = desk.basis(plan, day)
        outcomes = outcomes_of(basis, kpi)
        if outcomes is None:
            raise NoObservations(f"'{kpi}' has no distribution of its year on {day}.")
        drawn = distribution_chart(one, outcomes, lang, basis.plan.kpi(kpi).decimals)
        tag = tag_of([one["stamp"], repr(one["official_estimate"])], f"-{lang}-{form}")
    content = to_json(drawn) if form == "json" else to_svg(drawn)
    return Body(content, _TYPES[form], tag)
