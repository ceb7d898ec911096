"""Pages of a plan beside its targets: reports, sign-off, models, track record, versions."""

from __future__ import annotations

from datetime import date
from threading import Event
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from data.plans.plan import Plan
from data.plans.rows import load_plan
from models.errors import Busy, NoObservations, TemplateTooCostly, UnreadableFile
from service.auth.access import Checker, Viewer, requires
from service.pages.menu import MENU
from service.pages.page import Page, page, page_body, respond_page, site_of
from service.pages.site import Site
from service.pages.views.data import data_content
from service.pages.views.frame import frame_of, shown_day, vintage_of
from service.pages.views.models import models_content, reliability_rows
from service.pages.views.month import month_content
from service.pages.views.record.content import (
    path_content,
    path_points,
    record_content,
    settled_kpi,
)
from service.pages.views.signing.content import signing_content
from service.pages.views.versions import versions_content
from service.projections.basis import as_of_date
from service.report.build import Wanted
from service.report.renderers.formats import LAYOUTS
from service.report.request import report_of
from service.report.template.filling import drawing, fill
from service.report.template.isolation import limits_of
from service.report.template.starter import starter
from service.shapes.registry import SettledOn
from service.state.app_state import JSON_TYPE, AppState, Body
from service.texts import TEXT, unit_name
from service.web.answer_cache import do_not_cache
from service.web.bodies import largest_body
from service.web.connection import while_connected
from service.web.respond import AsOf, Language, TheAppState, file_named
from service.wording import worded

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]
_DOCX = LAYOUTS["docx"].media_type
LARGEST = 20 * 2**20  # bytes of an uploaded template


@router.get("/data", tags=[MENU])
def data_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
    chosen: Annotated[str | None, Query(alias="import", max_length=20)] = None,
) -> str:
    """Files to load, the preview of an upload, and past imports."""
    document = load_plan(app_state.store, plan)
    if chosen:
        do_not_cache(request)  # an upload waits until a moment
    site = site_of(request, lang, by, plan, "data", as_of)
    frame = frame_of(app_state, document, site, shown_day(app_state, document))
    content = data_content(app_state, frame, chosen, lang)
    return page("data.html", site, content)


@router.get("/reports", tags=[MENU])
def reports_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> str:
    """The month's official estimates and signatures, and its reports to download."""
    site = site_of(request, lang, by, plan, "reports", as_of)
    return _reports(app_state, load_plan(app_state.store, plan), site)


@router.get("/signing", tags=[MENU])
def signing_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> str:
    """What waits for whom: estimates and months to check, approve and issue, or to correct."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "signing", as_of)
    frame = frame_of(app_state, document, site, vintage_of(app_state, document, site))
    return page("signing.html", site, signing_content(app_state, frame, by, lang))


@router.post("/reports/template", response_model=None)
@largest_body(LARGEST + 100_000)  # a form has more to it than its file
async def fill_template(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    template: Annotated[UploadFile, File()],
    as_of: AsOf = None,
    anyway: Annotated[bool, Form()] = False,
) -> Response:
    """A planner's own template filled in; unknown placeholders are reported first."""

    def work(given_up: Event) -> Response:
        site = site_of(request, lang, by, plan, "reports", as_of)
        return _filled(app_state, site, template, anyway, given_up)

    return await while_connected(request, work)


@router.get("/reports/template.docx", dependencies=[requires("viewer")], response_class=Response)
def starter_template(plan: PlanSlug, app_state: TheAppState, lang: Language) -> Response:
    """A Word template to start from."""
    load_plan(app_state.store, plan)
    headers = file_named(f"vedich-{lang}.docx")
    return Response(starter(lang), media_type=_DOCX, headers=headers)


@router.get("/models", tags=[MENU])
def models_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """The champion and its challengers, retraining, and the accuracy of past forecasts."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "models", as_of)

    def make() -> Body:
        frame = frame_of(app_state, document, site, vintage_of(app_state, document, site))
        content = models_content(app_state, frame, lang)
        return page_body("models.html", site, content)

    return respond_page(request, app_state.picture(plan, ("page", site), make))


@router.post("/models", response_model=None)
def put_in_charge(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Checker,
    lang: Language,
    version: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Let a version answer that the gate did not choose; the strip of long work tells of it."""
    load_plan(app_state.store, plan)
    app_state.jobs.start(
        "promote", f"promote {version} of {plan}", by.name, plan, {"version": version}
    )
    site = site_of(request, lang, by, plan, "models")
    return RedirectResponse(site.page("models"), 303)


@router.get("/reliability.{form}", dependencies=[requires("viewer")], response_class=Response)
def reliability(
    plan: PlanSlug,
    form: Literal["svg", "json"],
    app_state: TheAppState,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """How often targets were met, by forecast probability, as a chart."""
    from service.analysis.reliability import reliability_chart
    from service.charts.fan_chart import to_json, to_svg

    document = load_plan(app_state.store, plan)
    rows = reliability_rows(app_state, document, app_state.day_of(plan, as_of))
    drawn = reliability_chart(rows, lang)
    if form == "json":
        return Response(to_json(drawn), media_type=JSON_TYPE)
    return Response(to_svg(drawn), media_type="image/svg+xml")


@router.get("/track-record", tags=[MENU])
def record_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
    on: Annotated[SettledOn, Query()] = "estimate",
) -> Response:
    """What was given out and estimated, against what came."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "track-record", as_of)

    def make() -> Body:
        frame = frame_of(app_state, document, site, vintage_of(app_state, document, site))
        return page_body("record.html", site, record_content(app_state, frame, on, lang))

    return respond_page(request, app_state.picture(plan, ("page", site), make))


@router.get("/track-record/{kpi}")
def path_page(
    plan: PlanSlug,
    kpi: Annotated[str, Path()],
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> str:
    """A KPI's path month by month, and what came."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "track-record", as_of)
    frame = frame_of(app_state, document, site, vintage_of(app_state, document, site))
    return page("record_path.html", site, path_content(app_state, frame, kpi, lang))


@router.get(
    "/track-record/{kpi}/path.{form}", dependencies=[requires("viewer")], response_class=Response
)
def path_drawn(
    plan: PlanSlug,
    kpi: Annotated[str, Path()],
    form: Literal["svg", "json"],
    app_state: TheAppState,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """A KPI's path as a chart: projected year and probability month by month, and what came."""
    from service.charts.fan_chart import to_json, to_svg
    from service.charts.path import path_chart

    document = load_plan(app_state.store, plan)
    definition, day = document.kpi(kpi), app_state.day_of(plan, as_of)
    settled = settled_kpi(app_state, document, kpi, day)
    if settled is None or not settled.given:
        raise NoObservations("'{kpi}' has no path: nothing of it is settled yet.", kpi=kpi)
    points, end = path_points(settled)
    unit = TEXT[lang]["growth_unit"] if definition.traits.outcome_is_rate else ""
    drawn = path_chart(
        points, end, unit or unit_name(settled.unit, lang), lang, definition.decimals
    )
    if form == "json":
        return Response(to_json(drawn), media_type=JSON_TYPE)
    return Response(to_svg(drawn), media_type="image/svg+xml")


@router.get("/versions")
def versions_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
    before: Annotated[int | None, Query(alias="from")] = None,
    after: Annotated[int | None, Query(alias="to")] = None,
) -> str:
    """The versions of a plan adopted up to the vintage, and a comparison of two."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "", as_of)
    frame = frame_of(app_state, document, site, vintage_of(app_state, document, site))
    day = as_of_date(as_of) if as_of else None
    return page("versions.html", site, versions_content(frame, day, before, after, lang))


def _filled(
    app_state: AppState, site: Site, template: UploadFile, anyway: bool, given_up: Event
) -> Response:
    plan, lang = site.plan, site.lang
    document = load_plan(app_state.store, plan)
    day = _day(app_state, document, site)
    name = template.filename or "template.docx"
    content = template.file.read(LARGEST + 1)
    try:
        if len(content) > LARGEST:
            raise UnreadableFile(name, expected=f"at most {LARGEST // 2**20} MB", found="more")
        report = report_of(app_state, plan, day, Wanted(lang=lang))
        draw = drawing(report)

        def png_of(code: str) -> bytes:
            key = ("course", day, code, lang)
            return app_state.picture(plan, key, lambda: Body(draw(code), "image/png", "")).content

        filled = fill(content, name, report, limits_of(app_state.settings), given_up, png_of)
    except Busy:
        busy = TEXT[lang]["reports.busy"]
        return Page(_reports(app_state, document, site, unreadable=busy), 503)
    except TemplateTooCostly as reason:
        told = TEXT[lang][f"reports.too_costly.{reason.limit}"].format(file=name)
        return Page(_reports(app_state, document, site, unreadable=told), 422)
    except UnreadableFile as reason:
        return Page(_reports(app_state, document, site, unreadable=worded(reason, lang)), 422)
    if filled.unknown and not anyway:
        return Page(_reports(app_state, document, site, unknown=filled.unknown))
    headers = file_named(f"{plan}-{day}-template.docx")
    return Response(filled.content, media_type=_DOCX, headers=headers)


def _day(app_state: AppState, plan: Plan, site: Site) -> date:
    return vintage_of(app_state, plan, site) or app_state.day_of(plan.slug, None)


def _reports(
    app_state: AppState,
    plan: Plan,
    site: Site,
    unknown: tuple[str, ...] = (),
    unreadable: str = "",
) -> str:
    day = _day(app_state, plan, site)
    frame = frame_of(app_state, plan, site, day)
    content = month_content(app_state, frame, day, site.lang, unknown, unreadable)
    return page("reports.html", site, content)
