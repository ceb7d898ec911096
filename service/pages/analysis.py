"""The why page and the what-if page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from data.plans.rows import load_plan
from service.auth.access import Viewer
from service.pages.menu import MENU
from service.pages.page import page_body, respond_page, site_of
from service.pages.views.frame import frame_of, vintage_of
from service.pages.views.what_if.content import WhatIfContent, what_if_content
from service.pages.views.why.content import WhyContent, why_content
from service.projections.basis import as_of_date
from service.state.app_state import Body
from service.web.respond import AsOf, Language, TheAppState

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False)
PlanSlug = Annotated[str, Path()]


@router.get("/why", tags=[MENU])
def why_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
    before: Annotated[str | None, Query(alias="from")] = None,
    every: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Why performance changed, by component; and why the forecast changed, by cause."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "why", as_of)
    since = as_of_date(before) if before else None

    def make() -> Body:
        day = vintage_of(app_state, document, site)
        frame = frame_of(app_state, document, site, day)
        if day is None:
            return page_body("why.html", site, WhyContent(frame=frame))
        content = why_content(app_state, frame, since, day, every, lang)
        return page_body("why.html", site, content)

    return respond_page(request, app_state.picture(plan, ("page", site), make))


@router.get("/what-if", tags=[MENU])
def what_if_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
    asked: Annotated[list[int] | None, Query(alias="id", max_length=20)] = None,
    variants: Annotated[bool, Query()] = False,
) -> Response:
    """Scenarios: up to four beside the forecast, a form for a new one, and what was saved."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "what-if", as_of)
    day = vintage_of(app_state, document, site)
    frame = frame_of(app_state, document, site, day)
    if day is None:
        content = WhatIfContent(frame=frame)
    else:
        content = what_if_content(app_state, frame, day, asked, lang, variants=variants)
    return respond_page(request, page_body("what_if.html", site, content))
