"""The reports page: a month's estimates, signatures and downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan
from data.sign_off.rows import issue_of, sign_off
from data.sign_off.rules import STATES, Estimate, State, figures_of
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.pages.views.estimates import (
    EstimateShown,
    Signature,
    estimate_shown,
    next_state,
    signatures,
    states_shown,
)
from service.pages.views.frame import Choice, Frame, PlanContent
from service.projections.tables import Row, table_rows
from service.projections.view import ProjectionView
from service.report.renderers.formats import FORMATS
from service.state.app_state import AppState
from service.texts import STATE, TEXT, Lang, unit_of
from service.wording import worded
from service.workflow.sign_off import stamps_of


@dataclass(frozen=True)
class SeriesShown:
    """A series with its projection and its official estimate, or None if not entered."""

    row: Row
    unit: str
    estimate: EstimateShown | None
    state: str


@dataclass(frozen=True, kw_only=True)
class MonthContent(PlanContent):
    """The content of the reports page, for the month of a vintage.

    Attributes
    ----------
    place : position of the month's state in all states
    next : the state after the next signature
    figures : code of the figures that a signature covers, '' without projections
    changed : the projections differ from the issued ones
    unknown, unreadable : problems of an uploaded template
    """

    month: str
    formats: tuple[Choice, ...]
    place: int
    next: State | None
    states: tuple[tuple[State, str], ...]
    figures: str
    steps: tuple[Signature, ...]
    changed: bool
    series: tuple[SeriesShown, ...]
    unknown: tuple[str, ...] = ()
    unreadable: str = ""


def month_content(
    app_state: AppState,
    frame: Frame,
    day: date,
    lang: Lang,
    unknown: tuple[str, ...] = (),
    unreadable: str = "",
) -> MonthContent:
    """The content of the reports page.

    Parameters
    ----------
    unknown, unreadable : problems of an uploaded template
    """
    plan, month = frame.plan, Month(day.year, day.month)
    signed_off = sign_off(app_state.store, plan.slug, month)
    shown: list[ProjectionView] = []
    problem = ""
    try:
        shown = app_state.shown(plan.slug, day)
    except (NoBundle, NoObservations) as reason:
        problem = worded(reason, lang)
    stamps = stamps_of(shown)
    issue = issue_of(app_state.store, plan.slug, month)
    return MonthContent(
        frame=frame,
        problem=problem,
        month=str(month),
        formats=tuple((form, TEXT[lang][f"reports.format.{form}"]) for form in FORMATS),
        place=STATES.index(signed_off.state),
        next=next_state(signed_off.state),
        states=states_shown(lang),
        figures=figures_of(stamps, signed_off.current) if stamps else "",
        steps=signatures(signed_off.steps, lang),
        changed=bool(issue and signed_off.state == "issued" and dict(issue.stamps) != stamps),
        series=_series(plan, shown, signed_off.current, lang),
        unknown=unknown,
        unreadable=unreadable,
    )


def _series(
    plan: Plan, projections: Sequence[ProjectionView], current: Mapping[str, Estimate], lang: Lang
) -> tuple[SeriesShown, ...]:
    """Every series with its projection and, if entered, its official estimate."""
    series = [one for one in projections if one.task is None and not one.traits.in_words]
    found = []
    for one, row in zip(series, table_rows(series, plan, lang), strict=True):
        estimate, kpi = current.get(one.kpi), plan.kpi(one.kpi)
        shown = estimate_shown(estimate, kpi, one, lang) if estimate else None
        found.append(
            SeriesShown(
                row=row,
                unit=unit_of(one, lang),
                estimate=shown,
                state=STATE[lang][estimate.state] if estimate else "",
            )
        )
    return tuple(found)
