"""The page of totals: one KPI of several bodies' plans added up, with its own interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request

from data.accounts.bodies import bodies_of
from data.plans.rows import load_plan
from models.errors import VedichError
from service.administration.routes import visible
from service.analysis.roll_up import common_kpis, roll_up
from service.auth.access import Caller, Viewer
from service.pages.manage.forms import shown
from service.pages.page import Page, site_of
from service.pages.views.frame import Choice
from service.projections.basis import as_of_date
from service.projections.view import YearView
from service.shapes.roll_up import RollUp
from service.state.app_state import AppState
from service.texts import TEXT, Lang, day_of, name_of, number, unit_name, writer
from service.web.problems import status_of
from service.web.respond import AsOf, Language, TheAppState
from service.wording import worded

router = APIRouter(include_in_schema=False, default_response_class=Page)


@dataclass(frozen=True)
class PartShown:
    """A plan within a total, or the total itself; `plan` is its slug, '' for the total."""

    plan: str
    name: str
    body: str
    label: str
    to_date: str
    projected: str
    interval: str


@dataclass(frozen=True)
class TotalContent:
    """The content of the page.

    Attributes
    ----------
    bodies, kpis : that can be chosen; a KPI's value is 'year:slug'
    title : of the total; '' while there is none
    total, parts : the sum and what it is made of
    without : plans that are not in the sum, as slug and name
    problem : why there is no total, or ''
    """

    bodies: tuple[Choice, ...]
    body: str
    kpis: tuple[Choice, ...]
    chosen: str
    title: str = ""
    unit: str = ""
    total: PartShown | None = None
    parts: tuple[PartShown, ...] = ()
    without: tuple[Choice, ...] = ()
    problem: str = ""


@router.get("/roll-up")
def roll_up_page(
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    body: Annotated[str | None, Query()] = None,
    kpi: Annotated[str, Query()] = "",
    as_of: AsOf = None,
) -> Page:
    """A KPI's total over the plans of a body and of those below it, and its parts."""
    slug = visible(app_state.store, by, body)
    site = site_of(request, lang, by, as_of=as_of)
    content, status = _content(app_state, by, slug, kpi, as_of, lang)
    return shown("roll_up.html", site, content, status)


def _content(
    app_state: AppState, by: Caller, body: str, kpi: str, as_of: str | None, lang: Lang
) -> tuple[TotalContent, int]:
    bodies = bodies_of(app_state.store)
    seen = [
        one for one in bodies.by_slug.values() if by.body in (one.slug, *bodies.above(one.slug))
    ]
    sums = {f"{year}:{one.slug}": (year, one) for year, one in common_kpis(app_state, body)}
    chosen = kpi if kpi in sums else next(iter(sums), "")
    empty = TotalContent(
        bodies=tuple((one.slug, _name(one.name_vi, one.name_en, lang)) for one in seen),
        body=body,
        kpis=tuple((key, f"{name_of(one, lang)}, {year}") for key, (year, one) in sums.items()),
        chosen=chosen,
    )
    if not chosen:
        return empty, 200
    year, of = sums[chosen]
    day = as_of_date(as_of) if as_of else None
    try:
        found = roll_up(app_state, body, of.slug, year, day)
    except VedichError as error:
        return replace(empty, problem=worded(error, lang)), status_of(type(error)) or 500
    return _filled(app_state, empty, found, of.decimals, lang), 200


def _filled(
    app_state: AppState, empty: TotalContent, found: RollUp, decimals: int, lang: Lang
) -> TotalContent:
    bodies = bodies_of(app_state.store).by_slug

    def line(year: YearView, plan: str, name: str, body: str, label: str, known: str) -> PartShown:
        write = writer(year, decimals, lang)
        low, high = write(year.quantiles.q10), write(year.quantiles.q90)
        return PartShown(plan, name, body, label, known, write(year.median), f"{low} – {high}")

    parts = []
    for part in found.parts:
        owner = bodies[part.body]
        name = name_of(load_plan(app_state.store, part.plan), lang)
        known = "" if part.actual_to_date is None else number(part.actual_to_date, lang, decimals)
        if known and part.data_status:
            known += f" ({TEXT[lang][f'figure.{part.data_status}']})"
        label = part.label[lang] if part.label else ""
        owner_name = _name(owner.name_vi, owner.name_en, lang)
        parts.append(line(part.projected, part.plan, name, owner_name, label, known))
    title = TEXT[lang]["roll_up.title"].format(
        name=found.name[lang], year=found.year, day=day_of(found.as_of, lang)
    )
    return replace(
        empty,
        title=title,
        unit=unit_name(found.unit, lang),
        total=line(found.projected, "", TEXT[lang]["roll_up.total"], "", "", ""),
        parts=tuple(parts),
        without=tuple(
            (one.plan, name_of(load_plan(app_state.store, one.plan), lang))
            for one in found.without
        ),
    )


def _name(vi: str, en: str, lang: Lang) -> str:
    return vi if lang == "vi" else en
