"""The plan page, and the pages about the interface: its routes and types of problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from data.plans.plan import Plan
from data.plans.rows import load_plan
from service.auth.access import Public, Viewer, requires
from service.pages.manage.first_steps import FirstStep, first_steps
from service.pages.menu import MENU
from service.pages.page import Page, page, page_body, respond_page, site_of
from service.pages.views.interface import problems_content, routes_content
from service.pages.views.targets import targets_content
from service.rights.ownership import plans_open_to
from service.state.app_state import AppState
from service.web.respond import AsOf, Language, TheAppState
from service.workflow.plans import has_illustrative

router = APIRouter(include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]


@dataclass(frozen=True)
class EmptyContent:
    """The first page while there is no plan: the steps to the first answer."""

    steps: tuple[FirstStep, ...]


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
    """Redirects to the requested plan or the first; without plans, says how to start."""
    plans = plans_open_to(app_state.store, by)
    if not plans:
        site = site_of(request, lang, by)
        return Page(page("empty.html", site, EmptyContent(first_steps(app_state, site, None))))
    slug = plan or _first_plan(app_state, plans).slug
    site = site_of(request, lang, by, slug, as_of=as_of)
    asked = request.query_params.get("lang")
    address = site.kpi(kpi) if kpi else site.page("", lang=lang if asked else None)
    return RedirectResponse(address, 303)


@router.get("/plans/{plan}", tags=[MENU])
def plan_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """Every target of a plan on one screen, its tasks below.

    It says so if a newer vintage exists, or no model was made for the one shown.
    """
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "", as_of)
    return respond_page(
        request,
        app_state.picture(
            plan,
            ("page", site),
            lambda: page_body("plan.html", site, targets_content(app_state, document, site)),
        ),
    )


@router.get("/openapi.json", dependencies=[requires("public")], response_class=JSONResponse)
def description(request: Request) -> dict[str, Any]:
    """The OpenAPI document."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/docs")
def routes_page(request: Request, by: Public, lang: Language) -> str:
    """Every route of the interface and the role it needs, for programmers; works offline."""
    return page("docs.html", site_of(request, lang, by), routes_content(request.app))


@router.get("/problems")
def problems_page(request: Request, by: Public, lang: Language) -> str:
    """The types of problem documents, each in words for people."""
    return page("problems.html", site_of(request, lang, by), problems_content(lang))


def _first_plan(app_state: AppState, plans: Sequence[str]) -> Plan:
    """The first plan on real figures, else the first of all."""
    documents = [load_plan(app_state.store, slug) for slug in plans]
    real = (one for one in documents if not (one.label or has_illustrative(one, app_state.panel)))
    return next(real, documents[0])
