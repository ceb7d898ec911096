"""Pages for people: the plan on one screen, the interface's routes, the kinds of problems."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from data.plans.plan import Plan
from data.plans.rows import load_plan, plan_slugs
from models.errors import NoBundle, NoObservations
from service.auth.access import Public, Viewer, declared, requires
from service.pages.page import Page, frame, page, page_body, respond_page, site_of, vintage_of
from service.pages.site import Site
from service.pages.views.targets import board_of, counted
from service.projections.tables import task_rows
from service.state.app_state import AppState
from service.texts import LEVEL, STATUS, Lang, day_of, month_name, words_of
from service.web.problems import kinds, slug_of, status_of, title_of
from service.web.respond import AsOf, Language, TheAppState
from service.workflow.entries import log_of

router = APIRouter(include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]


@router.get("/", response_model=None)
def first_page(
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    plan: Annotated[str | None, Query()] = None,
    as_of: AsOf = None,
    kpi: Annotated[str | None, Query()] = None,
) -> Response:
    """The page of the plan that is asked for, else of the first; without any, how to begin."""
    plans = plan_slugs(app_state.store)
    if not plans:
        return Page(page("empty.html", site_of(request, lang, by), {}))
    slug = plan or _first_plan(app_state, plans).slug
    site = site_of(request, lang, by, slug, as_of=as_of)
    asked = request.query_params.get("lang")
    address = site.kpi(kpi) if kpi else site.page("", lang=lang if asked else None)
    return RedirectResponse(address, 303)


@router.get("/plans/{plan}")
def plan_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """Every target of a plan on one screen, its tasks below.

    Without `as_of` it shows the vintage of the last retraining, and says so when
    newer figures are there.
    """
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "", as_of)
    return respond_page(
        request,
        app_state.picture(
            plan,
            ("page", site),
            lambda: page_body("plan.html", site, _plan_content(app_state, document, site)),
        ),
    )


@router.get("/openapi.json", dependencies=[requires("public")], response_class=JSONResponse)
def description(request: Request) -> dict[str, Any]:
    """The interface as OpenAPI describes it."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/docs")
def routes_page(request: Request, by: Public) -> str:
    """Every route of the interface and the role it needs; works offline."""
    roles = {(method, path): role for method, path, role in declared(request.app)}
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "role": roles[method.upper(), path],
            **operation,
        }
        for path, methods in request.app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    return page("docs.html", site_of(request, "en", by), {"operations": operations})


@router.get("/problems")
def problems_page(request: Request, by: Public) -> str:
    """What the types of problem documents mean."""
    found = [
        {
            "slug": slug_of(kind),
            "title": title_of(kind),
            "status": status_of(kind),
            "text": (kind.__doc__ or "").split("\n\n")[0],
        }
        for kind in kinds()
    ]
    return page("problems.html", site_of(request, "en", by), {"problems": found})


def _plan_content(app_state: AppState, plan: Plan, site: Site) -> dict[str, Any]:
    lang = site.lang
    day = vintage_of(app_state, plan, site)
    content: dict[str, Any] = {
        **frame(app_state, plan, site, day),
        "board": None,
        "tasks": [],
        "logs": [],
        "problem": "",
    }
    if day is None:
        return content
    try:
        board = board_of(app_state, plan, day, lang)
    except (NoBundle, NoObservations) as reason:
        return content | {"problem": str(reason)}
    return content | {
        "board": board,
        "counts": [(code, STATUS[lang][code], many) for code, many in counted(board.rows)],
        "tasks": task_rows(board.projections, lang),
        "logs": [_newest_words(app_state, plan, kpi.slug, day, lang) for kpi in _in_words(plan)],
        "compared": board.compared and day_of(board.compared.isoformat(), lang),
        "levels": LEVEL[lang],
        "vintage": site.as_of or day.isoformat(),
    }


def _in_words(plan: Plan) -> list[Any]:
    return [kpi for kpi in plan.kpis if kpi.traits.in_words]


def _newest_words(
    app_state: AppState, plan: Plan, kpi: str, day: date, lang: Lang
) -> dict[str, Any]:
    """A KPI kept in words, with what was said last."""
    found = log_of(app_state.store, app_state.panel, plan.slug, kpi, day)
    last = found["log"][-1] if found["log"] else None
    return {
        "kpi": kpi,
        "name": found["name"][lang],
        "month": last and month_name(last["month"], lang),
        "text": last and (words_of(last["text"], lang)),
        "by": last and last["by"],
    }


def _first_plan(app_state: AppState, plans: Sequence[str]) -> Plan:
    """The first plan on real figures; only where there is none, one for demonstration."""
    documents = [load_plan(app_state.store, slug) for slug in plans]
    real = (one for one in documents if not any(kpi.demonstration for kpi in one.kpis))
    return next(real, documents[0])
