"""The page of all targets of a plan; the pages about the interface and its problems."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from data.plans.rows import load_plan
from service.auth.access import Public, Viewer, requires
from service.pages.menu import MENU
from service.pages.page import Page, page, page_body, respond_page, site_of
from service.pages.views.interface import problems_content, routes_content
from service.pages.views.targets import targets_content
from service.web.respond import AsOf, Language, TheAppState

router = APIRouter(include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]


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
