"""Where a planner's year is managed: everything that is done about a plan, from one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request

from data.plans.plan import Plan
from data.plans.rows import family_plans, load_plan
from data.sign_off.rows import sign_off
from models.series import Month
from service.auth.access import Viewer
from service.pages.manage.first_steps import FirstStep, first_steps
from service.pages.menu import MENU
from service.pages.page import Page, page, site_of
from service.pages.views.data import next_month, usual_of
from service.pages.views.frame import PlanContent, frame_of, shown_day
from service.state.app_state import AppState
from service.texts import STATE, Lang, day_of, month_name, name_of
from service.web.respond import Language, TheAppState

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]


@dataclass(frozen=True)
class MonthShown:
    """A month of the year: whether it has figures and estimates, and how far it is signed."""

    month: str
    name: str
    figures: bool
    estimates: int
    state: str


@dataclass(frozen=True, kw_only=True)
class YearContent(PlanContent):
    """The content of the page.

    Attributes
    ----------
    steps : to the first answer
    next_month : month, name and usual day of publication of the figures that come next
    version : of the plan, in words; '' without
    later : slug of the plan of a later year; '' without
    """

    steps: tuple[FirstStep, ...]
    next_month: tuple[str, str, str]
    months: tuple[MonthShown, ...]
    version: tuple[str, str, str]
    later: tuple[str, str]


@router.get("/manage", tags=[MENU])
def year_page(
    plan: PlanSlug, request: Request, app_state: TheAppState, by: Viewer, lang: Language
) -> str:
    """The plan and its versions, the months with what is still missing, and next year."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "manage")
    coming = next_month(app_state.panel(document.family), document)
    usual = usual_of(app_state.panel(document.family), document, coming)
    newest = max(document.versions, key=lambda one: (one.adopted, one.number), default=None)
    content = YearContent(
        frame=frame_of(app_state, document, site, shown_day(app_state, document)),
        steps=first_steps(app_state, site, document),
        next_month=(str(coming), month_name(coming, lang), day_of(usual, lang)),
        months=_months(app_state, document, lang),
        version=(str(newest.number), day_of(newest.adopted, lang), newest.document)
        if newest
        else ("", "", ""),
        later=_later(app_state, document, lang),
    )
    return page("manage/year.html", site, content)


def _months(app_state: AppState, plan: Plan, lang: Lang) -> tuple[MonthShown, ...]:
    panel = app_state.panel(plan.family)
    slugs = [kpi.slug for kpi in plan.kpis if kpi.slug in panel.printed]
    known = {figure.month for slug in slugs for figure in panel.printed[slug]}
    found = []
    for number in range(1, 13):
        month = Month(plan.year, number)
        signed = sign_off(app_state.store, plan.slug, month)
        found.append(
            MonthShown(
                str(month),
                month_name(month, lang),
                month in known,
                len(signed.current),
                STATE[lang][signed.state] if signed.steps else "",
            )
        )
    return tuple(found)


def _later(app_state: AppState, plan: Plan, lang: Lang) -> tuple[str, str]:
    """The plan of a later year, as slug and name."""
    for slug in family_plans(app_state.store, plan.family):
        other = load_plan(app_state.store, slug)
        if other.year > plan.year:
            return slug, name_of(other, lang)
    return "", ""
