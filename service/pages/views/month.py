"""The reports page: a month's estimates, signatures and downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan
from data.plans.report_texts import SLOTS, Slot, report_texts
from data.sign_off.rows import issue_of, sign_off
from data.sign_off.rules import STATES, Estimate, State, figures_of
from models.errors import NoBundle, NoObservations
from models.series import Month
from models.targets.attainment import Thresholds
from service.pages.views.estimates import (
    EstimateShown,
    Signature,
    estimate_shown,
    signatures,
    states_shown,
)
from service.pages.views.frame import Choice, Frame, PlanContent
from service.projections.tables import Row, table_rows
from service.projections.view import ProjectionView
from service.report.body.slots import open_points as still_open
from service.report.letterhead import BLANK, FORMS, LISTS, TEXTS, Letterhead, proposed
from service.report.renderers.formats import FORMATS
from service.report.request import material_for
from service.state.app_state import AppState
from service.texts import STATE, TEXT, Lang, unit_of
from service.wording import on_page
from service.workflow.sign_off import stamps_of


@dataclass(frozen=True)
class SeriesShown:
    """A series with its projection and its official estimate, or None if not entered."""

    row: Row
    unit: str
    estimate: EstimateShown | None
    state: str


@dataclass(frozen=True)
class Preparation:
    """What people add to a report before it is signed.

    Attributes
    ----------
    open_points : what is still open
    texts : of each part that only people can write: code, heading, text
    head : the letterhead
    head_texts, head_lists : its fields: code, label, text (a line for each entry of a
        list); a blank field has a proposal
    explanations : code and name of each target that needs an explanation sheet
    forms : code and name of the decrees whose form a report may follow
    """

    open_points: tuple[str, ...]
    texts: tuple[tuple[Slot, str, str], ...]
    head: Letterhead
    head_texts: tuple[tuple[str, str, str], ...]
    head_lists: tuple[tuple[str, str, str], ...]
    explanations: tuple[tuple[str, str], ...]
    thresholds: Thresholds
    forms: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class MonthContent(PlanContent):
    """The content of the reports page, for the month of a vintage.

    Attributes
    ----------
    place : position of the month's state in all states
    figures : code of the figures that a signature covers, '' without projections
    changed : the projections differ from the issued ones
    unknown, unreadable : problems of an uploaded template
    preparation : what people add to the report; None without projections
    """

    month: str
    formats: tuple[Choice, ...]
    place: int
    states: tuple[tuple[State, str], ...]
    figures: str
    steps: tuple[Signature, ...]
    changed: bool
    series: tuple[SeriesShown, ...]
    unknown: tuple[str, ...] = ()
    unreadable: str = ""
    preparation: Preparation | None = None


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
        problem = on_page(reason, plan, lang)
    stamps = stamps_of(shown)
    issue = issue_of(app_state.store, plan.slug, month)
    return MonthContent(
        frame=frame,
        problem=problem,
        month=str(month),
        formats=tuple((form, TEXT[lang][f"reports.format.{form}"]) for form in FORMATS),
        place=STATES.index(signed_off.state),
        states=states_shown(lang),
        figures=figures_of(stamps, signed_off.current) if stamps else "",
        steps=signatures(signed_off.steps, lang),
        changed=bool(issue and signed_off.state == "issued" and dict(issue.stamps) != stamps),
        series=_series(plan, shown, signed_off.current, lang),
        unknown=unknown,
        unreadable=unreadable,
        preparation=_preparation(app_state, plan, day, lang) if shown else None,
    )


def _preparation(app_state: AppState, plan: Plan, day: date, lang: Lang) -> Preparation | None:
    """What people add to the report; None where the plan's year has no figures yet."""
    try:
        found = material_for(app_state, plan.slug, day, lang)
    except NoObservations:
        return None
    text = TEXT[lang]
    texts = report_texts(app_state.store, plan.slug, Month(day.year, day.month))
    head = proposed(plan, found.letterhead)
    return Preparation(
        open_points=still_open(found),
        texts=tuple((slot, text[f"report.open.{slot}"], texts.get(slot, "")) for slot in SLOTS),
        head=head,
        head_texts=tuple(
            (name, text[f"letterhead.{name}"], getattr(head, name).replace(BLANK, ""))
            for name in TEXTS
        ),
        head_lists=tuple(
            (name, text[f"letterhead.{name}"], "\n".join(getattr(head, name))) for name in LISTS
        ),
        explanations=tuple((one.kpi.slug, one.projection.name[lang]) for one in found.endangered),
        thresholds=plan.thresholds,
        forms=tuple((form, text[f"report.form.{form}"]) for form in FORMS),
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
