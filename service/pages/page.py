"""What the pages for people share: their site, their texts, and headers that keep them here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from data.ledger.promotions import promotions_of
from data.plans.plan import Plan
from data.plans.rows import plan_slugs
from data.vintages.demonstration import labelled
from data.vintages.rows import vintages_of
from models.errors import NoObservations
from service.auth.access import Caller
from service.pages.site import Site
from service.pages.views.targets import SIGNS
from service.projections.issue import as_of_date, newest_vintage
from service.state.app_state import AppState, Body
from service.texts import Lang, day_of, label_of, month_name, name_of
from service.web.respond import respond
from service.web.templates import render

# Pages load nothing from elsewhere, run no script but our own, and stand in no one's frame.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Page(HTMLResponse):
    """A page for people."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers({**HEADERS, **(headers or {})})


def site_of(
    request: Request,
    lang: Lang,
    caller: Caller,
    plan: str = "",
    section: str | None = None,
    as_of: str | None = None,
) -> Site:
    """Where the page that is asked for stands."""
    query = tuple(one for one in request.query_params.items() if one[0] != "lang")
    return Site(lang, caller, request.url.path, section, plan, as_of or None, query)


def page(template: str, site: Site, content: Mapping[str, Any]) -> str:
    """A page of `service/pages`."""
    return render(template, site.lang, {"site": site, **content})


def page_body(template: str, site: Site, content: Mapping[str, Any]) -> Body:
    """A page, ready to be kept and sent."""
    html = page(template, site, content).encode()
    tag = f'"{hashlib.sha256(html).hexdigest()[:16]}"'
    return Body(html, "text/html; charset=utf-8", tag)


def respond_page(request: Request, body: Body) -> Response:
    """The page, or 304 where the browser holds it already."""
    response = respond(request, body)
    response.headers.update(HEADERS)
    return response


def frame(app_state: AppState, plan: Plan, site: Site, day: date | None) -> dict[str, Any]:
    """What stands on every page of a plan: its name, labels, vintages and their months."""
    lang = site.lang
    known = vintages_of(app_state.store, plan.family)
    months = sorted({f"{one:%Y-%m}" for one in known if one.year == plan.year})
    chosen = site.as_of or (f"{day:%Y-%m}" if day else "")
    if chosen and chosen not in months:
        months.append(chosen)
    newer = None
    if day and known and known[-1] > day:
        month = f"{known[-1]:%Y-%m}"
        newer = {"name": month_name(month, lang), "as_of": month}
    return {
        "plan": plan,
        "plans": plan_slugs(app_state.store),
        "plan_name": name_of(plan, lang),
        "months": [(one, _month_shown(one, lang)) for one in months],
        "as_of": chosen,
        "day": day_of(day.isoformat(), lang) if day else "",
        "newer": newer,
        "labels": _labels(app_state, plan, day, lang),
        "sign": SIGNS,
    }


def _labels(app_state: AppState, plan: Plan, day: date | None, lang: Lang) -> list[str]:
    """What every page of the plan is marked with."""
    shown = False
    if day is not None and any(kpi.demonstration for kpi in plan.kpis):
        shown = bool(labelled(app_state.panel(plan.family), [kpi.slug for kpi in plan.kpis], day))
    label = label_of(plan, shown)
    return [label[lang]] if label else []


def vintage_of(app_state: AppState, plan: Plan, site: Site) -> date | None:
    """The vintage a page shows: the one asked for, else that of the last retraining."""
    return as_of_date(site.as_of) if site.as_of else shown_day(app_state, plan)


def _month_shown(vintage: str, lang: Lang) -> str:
    return month_name(vintage, lang) if len(vintage) == 7 else day_of(vintage, lang)


def shown_day(app_state: AppState, plan: Plan) -> date | None:
    """The newest vintage that was retrained on, else the newest; None without any figures."""
    promotions = promotions_of(app_state.store, plan.family)
    if promotions:
        return max(one.as_of for one in promotions)
    try:
        return newest_vintage(app_state.store, plan.family)
    except NoObservations:
        return None
