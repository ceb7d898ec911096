"""Typed figures are shown back before they are saved; works without a script."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.sign_off.rows import sign_off
from models.errors import InputError, InvalidNumber, NeedsConfirmation, VedichError
from models.series import Month
from models.targets.task import Progress
from service.auth.access import Entry, requires
from service.pages.page import Page, page, site_of
from service.pages.site import Site
from service.pages.views.check import CheckContent, estimate_check, progress_check
from service.texts import TEXT, Lang
from service.typed_numbers import read_number, readings, written
from service.web.problems import status_of
from service.web.respond import Language, TheAppState
from service.wording import on_page, worded
from service.workflow.entries import report_progress
from service.workflow.estimates import enter

router = APIRouter(prefix="/plans/{plan}/kpis/{kpi}", include_in_schema=False)
echo = APIRouter(include_in_schema=False)  # for the script that shows typed numbers back
PlanSlug = Annotated[str, Path()]
KpiSlug = Annotated[str, Path()]
Text = Annotated[str, Form(max_length=2000)]
Exact = Annotated[float | None, Form(allow_inf_nan=False)]
Ticked = Annotated[bool, Form()]


@echo.get("/typed-number", dependencies=[requires("viewer")])
def typed_number(
    lang: Language,
    text: Annotated[str, Query(max_length=100)],
    unit: Annotated[str, Query(max_length=100)] = "",
    decimals: Annotated[int, Query(ge=0, le=9)] = 0,
) -> JSONResponse:
    """What a field's text is read as, for the page that has the field."""
    try:
        value = read_number(text, lang, unit, decimals)
    except InvalidNumber as error:
        return JSONResponse({"value": None, "text": worded(error, lang)})
    told = TEXT[lang]["number.read"].format(shown=written(value, lang, unit))
    return JSONResponse({"value": value, "text": told})


@router.post("/estimate")
def estimate(
    plan: PlanSlug,
    kpi: KpiSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    month: Annotated[str, Form()],
    value: Text = "",
    reason: Text = "",
    exact: Exact = None,
    save: Ticked = False,
    sure: Ticked = False,
) -> Response:
    """What an official estimate was read as and what speaks against it; then its entry.

    `value` is as typed; `exact`, of the page that shows it back, what it was read as.
    """
    document, when = load_plan(app_state.store, plan), Month.parse(month)
    definition = document.kpi(kpi)
    site = _site(site_of(request, lang, by, plan, "", month), kpi)
    problem, status = "", 200
    if save and exact is not None:
        given = (exact, definition.unit, reason)
        try:
            enter(app_state, document, when, kpi, given, by.name, confirm=sure)
        except NeedsConfirmation:
            status = 409
        except VedichError as error:
            problem, status = on_page(error, document, lang), status_of(type(error)) or 500
        else:
            return RedirectResponse(f"{site.kpi(kpi)}#estimate", 303)
    found: tuple[float, ...] = (exact,) if exact is not None else ()
    found = found or readings(value, lang, definition.unit, definition.decimals)
    if not found:
        problem, status = _unreadable(value, lang), 422
    known = sign_off(app_state.store, plan, when).current.get(kpi)
    content = estimate_check(app_state, document, kpi, when, found, known, lang)
    hidden = (("month", month), ("reason", reason))
    return _shown(site, replace(content, problem=problem, typed=value, hidden=hidden), status)


@router.post("/progress")
def progress(
    plan: PlanSlug,
    kpi: KpiSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    step: Text = "",
    done: Text = "",
    obstacle: Text = "",
    judgement: Text = "",
    save: Ticked = False,
) -> Response:
    """What a report about a task was read as; then its entry."""
    document = load_plan(app_state.store, plan)
    site = _site(site_of(request, lang, by, plan, ""), kpi)
    problem, status, entry = "", 200, None
    try:
        entry = _report(document, kpi, by.name, (step, done, obstacle, judgement), lang)
        if save:
            report_progress(app_state.store, plan, entry, date.today(), by.name)
            return RedirectResponse(f"{site.kpi(kpi)}#task", 303)
    except VedichError as error:
        problem, status = on_page(error, document, lang), status_of(type(error)) or 500
    content = progress_check(document, kpi, entry, lang)
    typed = {"step": step, "done": done, "obstacle": obstacle, "judgement": judgement}
    return _shown(site, replace(content, problem=problem, hidden=tuple(typed.items())), status)


def _report(
    plan: Plan, kpi: str, by: str, typed: tuple[str, str, str, str], lang: Lang
) -> Progress:
    step, done, obstacle, judgement = typed
    count = read_number(done, lang, plan.kpi(kpi).unit) if done.strip() else None
    if count is not None and not count.is_integer():
        raise InputError("expected a whole number, found '{text}'.", text=done)
    share = read_number(judgement, lang, "%") / 100 if judgement.strip() else None
    return Progress(
        kpi=kpi,
        day=date.today(),
        by=by,
        done=None if count is None else int(count),
        step=step,
        obstacle=obstacle,
        judgement=share,
    )


def _unreadable(text: str, lang: Lang) -> str:
    try:
        read_number(text, lang)
    except InvalidNumber as error:
        return worded(error, lang)
    return ""


def _site(site: Site, kpi: str) -> Site:
    """The site as seen from the KPI's page, where other languages and the way back lead."""
    return replace(site, path=site.kpi(kpi).partition("?")[0], query=())


def _shown(site: Site, content: CheckContent, status: int) -> Page:
    return Page(page("check.html", site, content), status)
