"""All official estimates of a month in one table, shown back with what speaks against them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.sign_off.rows import sign_off
from data.sign_off.rules import Estimate
from data.sign_off.signing import Entry as NewEstimate
from models.errors import InputError, NeedsConfirmation, NoBundle, NoObservations, VedichError
from models.series import Month
from service.auth.access import Caller, Entry, Viewer
from service.pages.manage.forms import (
    Column,
    Text,
    Ticked,
    TypedNumber,
    at,
    problems_of,
    refusal_status,
    seen,
    shown,
)
from service.pages.page import Page, site_of
from service.pages.site import Site
from service.pages.views.frame import PlanContent, frame_of, vintage_of
from service.projections.basis import as_of_date
from service.projections.view import ProjectionView
from service.state.app_state import AppState
from service.texts import STATE, Lang, month_name, name_of, number, unit_name, writer
from service.typed_numbers import written
from service.web.respond import AsOf, Language, TheAppState
from service.workflow.estimates import doubts_of, enter_all

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]


@dataclass(frozen=True)
class EstimateRow:
    """A target in the table: what is known, the estimate in force, and what was typed.

    Attributes
    ----------
    exact : the number read, to be sent back
    read : the same as the page prints it, with its unit
    doubts : what speaks against it
    """

    kpi: str
    name: str
    unit: str
    unit_asked: str
    decimals: int
    target: str
    actual: str
    projected: str
    interval: str
    now: str
    typed: TypedNumber
    reason: str = ""
    exact: str = ""
    read: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EstimatesContent(PlanContent):
    """The content of the page of a month's estimates; `checked` once they were read."""

    month: str
    month_name: str
    rows: tuple[EstimateRow, ...]
    reason: str = ""
    checked: bool = False
    problems: tuple[str, ...] = ()

    @property
    def doubted(self) -> int:
        """How many need a confirmation."""
        return sum(bool(row.doubts) for row in self.rows)


@router.get("/estimates")
def estimates_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
) -> Page:
    """Every target of a month with its official estimate, and a field for the next."""
    site, content = _content(request, app_state, by, plan, lang, as_of, {})
    return shown("estimates.html", site, content)


@router.post("/estimates", response_model=None)
def enter_estimates(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    as_of: AsOf = None,
    reason: Text = "",
    kpi: Column = [],  # noqa: B006 (FastAPI copies it)
    value: Column = [],  # noqa: B006
    why: Column = [],  # noqa: B006
    exact: Column = [],  # noqa: B006
    sure: Column = [],  # noqa: B006
    save: Ticked = False,
) -> Response:
    """What the estimates were read as; then their entry, all or none.

    `exact` are the numbers as they were shown, `sure` the KPIs whose doubts are known.
    """
    typed = {
        slug: (at(value, place), at(why, place) or reason.strip())
        for place, slug in enumerate(kpi)
        if at(value, place)
    }
    site, content = _content(request, app_state, by, plan, lang, as_of, typed)
    content = replace(content, reason=reason)
    try:
        if save:
            _enter(app_state, plan, content, (kpi, exact, why, sure), by.name)
            address = site.page("estimates", as_of=content.frame.as_of, saved="yes")
            return seen(f"{address}#saved")
        rows = _checked(content, typed)
    except NeedsConfirmation as error:
        again = {slug: (at(exact, place), at(why, place)) for place, slug in enumerate(kpi)}
        _site, content = _content(request, app_state, by, plan, lang, as_of, again, read=True)
        rows = tuple(row for row in content.rows if row.exact)
        told = replace(content, rows=rows, checked=True, problems=problems_of(error, lang))
        return shown("estimates_check.html", site, told, 409)
    except VedichError as error:
        told = replace(content, problems=problems_of(error, lang))
        return shown("estimates.html", site, told, refusal_status(error))
    return shown("estimates_check.html", site, replace(content, rows=rows, checked=True))


def _checked(
    content: EstimatesContent, typed: dict[str, tuple[str, str]]
) -> tuple[EstimateRow, ...]:
    """The rows that were typed; raise `InputError` for what cannot be read."""
    rows = tuple(row for row in content.rows if row.kpi in typed)
    if not rows:
        raise InputError("expected at least one figure, found none.")
    for row in rows:
        if row.typed.problem:
            raise InputError("{name}: {reason}", name=row.name, reason=row.typed.problem)
        if not row.reason:
            raise InputError("{name}: an estimate needs a reason.", name=row.name)
    return rows


def _enter(
    app_state: AppState,
    plan: str,
    content: EstimatesContent,
    sent: tuple[list[str], list[str], list[str], list[str]],
    by: str,
) -> None:
    document = load_plan(app_state.store, plan)
    slugs, exact, why, sure = sent
    entries = [
        NewEstimate(slug, _number(at(exact, place)), document.kpi(slug).unit, at(why, place))
        for place, slug in enumerate(slugs)
        if at(exact, place)
    ]
    if not entries:
        raise InputError("expected at least one figure, found none.")
    enter_all(app_state, document, Month.parse(content.month), entries, by, frozenset(sure))


def _number(text: str) -> float:
    """A number as this page sent it: a Python float."""
    try:
        return float(text)
    except ValueError:
        raise InputError("expected a number, found '{text}'.", text=text) from None


def _content(
    request: Request,
    app_state: AppState,
    by: Caller,
    plan: str,
    lang: Lang,
    as_of: str | None,
    typed: dict[str, tuple[str, str]],
    *,
    read: bool = False,
) -> tuple[Site, EstimatesContent]:
    """The page; `read` says that `typed` are numbers as they were shown before."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "estimates", as_of)
    day = vintage_of(app_state, document, site)
    frame = frame_of(app_state, document, site, day)
    month = Month(day.year, day.month) if day else Month(document.year, 1)
    known = sign_off(app_state.store, plan, month).current
    version = document.version_on(month.last_day) if day else None
    rows = []
    for kpi in document.kpis if version else ():
        task = version is None or version.task_of(kpi.slug) or not version.targets_of(kpi.slug)
        if task or not kpi.traits.has_months:
            continue
        text, reason = typed.get(kpi.slug, ("", ""))
        row = _row(app_state, document, kpi, month, known.get(kpi.slug), lang)
        rows.append(_with_typed(app_state, plan, row, month, (text, reason), read, lang))
    content = EstimatesContent(
        frame=frame, month=str(month), month_name=month_name(month, lang), rows=tuple(rows)
    )
    return site, content


def _projection(app_state: AppState, plan: str, kpi: str, month: Month) -> ProjectionView | None:
    try:
        return app_state.issued(plan, kpi, as_of_date(str(month))).view
    except (NoBundle, NoObservations):
        return None


def _row(
    app_state: AppState, plan: Plan, kpi: Kpi, month: Month, known: Estimate | None, lang: Lang
) -> EstimateRow:
    one = _projection(app_state, plan.slug, kpi.slug, month)
    year = one.projected if one else None
    write = writer(year, kpi.decimals, lang) if year else None
    bound = next(
        (
            target.lower_value if target.lower_value is not None else target.upper_value
            for target in (one.targets if one else ())
            if target.level == "assigned"
        ),
        None,
    )
    now = ""
    if known is not None:
        now = f"{written(known.value, lang)} ({STATE[lang][known.state]}, {known.author})"
    return EstimateRow(
        kpi=kpi.slug,
        name=name_of(kpi, lang),
        unit=unit_name(kpi.unit, lang),
        unit_asked=kpi.unit,
        decimals=kpi.decimals,
        target=number(bound, lang, kpi.decimals),
        actual=number(one.actual_to_date if one else None, lang, kpi.decimals),
        projected=write(year.median) if write and year else "–",
        interval=f"{write(year.quantiles.q025)} – {write(year.quantiles.q975)}"
        if write and year
        else "–",
        now=now,
        typed=TypedNumber(""),
    )


def _with_typed(
    app_state: AppState,
    plan: str,
    row: EstimateRow,
    month: Month,
    given: tuple[str, str],
    read: bool,
    lang: Lang,
) -> EstimateRow:
    text, reason = given
    if not text:
        return row
    typed = (
        TypedNumber(text, _number(text))
        if read
        else TypedNumber.of(text, lang, row.unit_asked, row.decimals)
    )
    if typed.value is None:
        return replace(row, typed=typed, reason=reason)
    one = _projection(app_state, plan, row.kpi, month)
    doubts = doubts_of(one, typed.value) if one else ()
    return replace(
        row,
        typed=typed,
        reason=reason,
        exact=repr(typed.value),
        read=written(typed.value, lang, row.unit_asked),
        doubts=tuple(doubt[lang] for doubt in doubts),
    )
