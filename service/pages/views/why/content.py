"""The why page: what moved the forecast, and below it why performance changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from data.plans.entries import log_of
from data.plans.plan import Plan
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.analysis.changes import change_between
from service.pages.views.frame import Choice, Frame, PlanContent
from service.pages.views.why.components import Performance, performance
from service.pages.views.why.moves import NOTHING, Moves, moves_of
from service.state.app_state import AppState
from service.texts import Lang, day_of, month_name, name_of, words_of
from service.wording import on_page, person
from training.bundle.promoted import default_promotion


@dataclass(frozen=True)
class Cause:
    """A cause stated by the officer in charge."""

    kpi: str
    name: str
    text: str
    by: str


@dataclass(frozen=True, kw_only=True)
class WhyContent(PlanContent):
    """The content of the why page.

    Attributes
    ----------
    since, since_month : the vintage that the forecast is compared with
    moves : every forecast that was compared
    more : whether some KPIs were left out
    without_model : months to compare that no model can answer, as value and name
    no_change : why nothing could be compared, or ''
    """

    since: str = ""
    since_month: str = ""
    moves: Moves = NOTHING
    more: bool = False
    without_model: tuple[Choice, ...] = ()
    no_change: str = ""
    performance: tuple[Performance, ...] = ()
    causes: tuple[Cause, ...] = ()


def why_content(
    app_state: AppState, frame: Frame, before: date | None, after: date, every: bool, lang: Lang
) -> WhyContent:
    """Both answers of the why page.

    Parameters
    ----------
    before : the vintage that the forecast is compared with; default the end of the
        month before `after`'s
    after : the vintage shown
    every : compare all KPIs; else only those with a target, which is faster
    """
    plan = frame.plan
    since = before or after.replace(day=1) - timedelta(days=1)
    chosen = [kpi for kpi in plan.kpis if not kpi.traits.in_words]
    version = plan.version_on(after)
    targeted = [kpi for kpi in chosen if version and version.targets_of(kpi.slug)]
    compared = chosen if every or not targeted else targeted
    without = _without_model(app_state, plan, (since, after), lang)
    problem, moves = "", NOTHING
    try:
        if not without:
            found = [
                change_between(app_state, plan.slug, since, after, kpi.slug) for kpi in compared
            ]
            moves = moves_of(found, _names(since, after, lang), plan.thresholds, lang)
    except (NoBundle, NoObservations) as reason:
        problem = on_page(reason, plan, lang)
    return WhyContent(
        frame=frame,
        since=day_of(since, lang),
        since_month=f"{since:%Y-%m}",
        moves=moves,
        more=len(compared) < len(chosen) and not (problem or without),
        without_model=without,
        no_change=problem,
        performance=performance(app_state, plan, after, lang),
        causes=_causes(app_state, plan, after, lang),
    )


def _names(since: date, after: date, lang: Lang) -> tuple[str, str]:
    """Two vintages by their months; by their days within the same month."""
    if (since.year, since.month) == (after.year, after.month):
        return day_of(since, lang), day_of(after, lang)
    first, last = (month_name(f"{day:%Y-%m}", lang) for day in (since, after))
    return first, last


def _without_model(
    app_state: AppState, plan: Plan, days: tuple[date, date], lang: Lang
) -> tuple[Choice, ...]:
    """The months of these days that no model can answer."""
    return tuple(
        (f"{day:%Y-%m}", month_name(f"{day:%Y-%m}", lang))
        for day in days
        if default_promotion(app_state.store, plan.family, day) is None
    )


def _causes(app_state: AppState, plan: Plan, day: date, lang: Lang) -> tuple[Cause, ...]:
    """Causes stated for the month: notes on KPIs, in the plan's order."""
    place = {kpi.slug: number for number, kpi in enumerate(plan.kpis)}
    month = Month(day.year, day.month)
    notes = [
        one
        for one in log_of(app_state.store, plan.slug)
        if one.month == month and one.kpi in place
    ]
    return tuple(
        Cause(
            kpi=one.kpi,
            name=name_of(plan.kpi(one.kpi), lang),
            text=words_of({"vi": one.text_vi, "en": one.text_en}, lang),
            by=person(one.by, lang),
        )
        for one in sorted(notes, key=lambda note: (place[note.kpi], note.day))
    )
