"""Today: how a plan, or every plan that the reader may see, stands, and what is waiting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from data.plans.rows import load_plan
from service.analysis.roll_up import common_kpis
from service.auth.access import Caller, Viewer
from service.pages.desk.today import standing_content, today_content
from service.pages.manage.first_steps import FirstStep, first_steps
from service.pages.menu import MENU
from service.pages.page import Page, page, page_body, respond_page, site_of
from service.rights.ownership import Named, plans_open_to, standing
from service.state.app_state import AppState, Body
from service.texts import Lang
from service.web.respond import AsOf, Language, TheAppState

router = APIRouter(include_in_schema=False, default_response_class=Page)


@dataclass(frozen=True)
class EmptyContent:
    """The first page while there is no plan: the steps to the first answer."""

    steps: tuple[FirstStep, ...]


@dataclass(frozen=True)
class House:
    """Plans side by side; `sums`: some KPI of theirs adds up, on a page of its own."""

    sections: tuple[Markup, ...]
    sums: bool


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
    """How the house stands: its only plan, or all side by side; without plans, how to start.

    With `plan` it leads to the page of that plan, or of its KPI.
    """
    plans = plans_open_to(app_state.store, by)
    if not plans:
        site = site_of(request, lang, by)
        return Page(page("empty.html", site, EmptyContent(first_steps(app_state, site, None))))
    if plan:
        site = site_of(request, lang, by, plan, as_of=as_of)
        asked = request.query_params.get("lang")
        address = site.kpi(kpi) if kpi else site.page("", lang=lang if asked else None)
        return RedirectResponse(address, 303)
    if len(plans) == 1:
        return _of_plan(request, app_state, by, lang, plans[0], as_of)
    sections = [_in_house(request, app_state, by, lang, slug) for slug in plans]
    sums = bool(by.body and common_kpis(app_state, by.body))
    return Page(page("house.html", site_of(request, lang, by), House(tuple(sections), sums)))


@router.get("/plans/{plan}/today", tags=[MENU])
def today_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """One plan: the worst targets and why, what each quarter must bring, what is waiting."""
    return _of_plan(request, app_state, by, lang, plan, as_of)


def _of_plan(
    request: Request,
    app_state: AppState,
    by: Caller,
    lang: Lang,
    plan: str,
    as_of: str | None,
) -> Response:
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, _reader(app_state, by, plan), plan, "today", as_of)
    return respond_page(
        request,
        app_state.picture(
            plan,
            ("page", site),
            lambda: page_body("today.html", site, today_content(app_state, document, site)),
        ),
    )


def _in_house(request: Request, app_state: AppState, by: Caller, lang: Lang, plan: str) -> Markup:
    """A plan's section where plans stand side by side, rendered."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, _reader(app_state, by, plan), plan, "today")

    def make() -> Body:
        return page_body("standing.html", site, standing_content(app_state, document, site))

    body = app_state.picture(plan, ("in house", site), make)
    return Markup(body.content.decode())  # rendered and escaped by our own template


def _reader(app_state: AppState, by: Caller, plan: str) -> Caller:
    """The reader with the access to a plan, which an address without a plan does not name."""
    things = (Named("plan", plan),)
    found = standing(app_state.store, by, things, app_state.jobs.plan_of)
    return replace(by, access=found.access, own=by.role)
