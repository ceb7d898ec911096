"""The what-if page: a form for scenarios, and their results beside the projection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan
from data.sign_off.rows import sign_off
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.analysis.scenarios import listed, saved
from service.pages.views.frame import Choice, Frame, PlanContent
from service.pages.views.what_if.compared import (
    MOST,
    Chosen,
    TargetCompared,
    chosen_of,
    targets_of,
)
from service.pages.views.what_if.register import (
    ProjectShown,
    SideBySide,
    happenings,
    movable,
    projects_shown,
    side_by_side,
)
from service.projections.view import ProjectionView
from service.shapes.analysis import PresetShape, ScenarioSummary
from service.state.app_state import AppState
from service.texts import (
    TEXT,
    Lang,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    unit_name,
    unit_of,
)
from service.typed_numbers import written
from service.wording import on_page, person

SHAPES = ("percent", "absolute", "known", "event")
EVENTS = ("pulse", "step", "ramp")


@dataclass(frozen=True)
class PresetShown:
    """A preset scenario; the reader enters a share that is None."""

    preset: str
    name: str
    kpi: str | None
    share: float | None
    share_shown: str
    first_day: float | None
    basis: str


@dataclass(frozen=True)
class ScenarioShort:
    """A saved scenario in a line; medians and probabilities as (baseline, scenario)."""

    id: int
    name: str
    as_of: str
    vintage: str
    by: str
    at: str
    kpi: str
    unit: str
    medians: tuple[str, str]
    chances: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class WhatIfContent(PlanContent):
    """The content of the what-if page.

    Attributes
    ----------
    scenarios : saved ones made of the figures shown, newest first
    earlier : saved ones made of earlier figures
    chosen, targets : the scenarios compared, and what each makes of every target it changes
    kpis : slug, name and unit of KPIs that can be changed
    months_ahead : months that can be changed
    table : the variants of the plan side by side; None unless asked for
    projects : of the register; `movable` are the KPIs that a project can be entered for,
        as `kpis`
    """

    scenarios: tuple[ScenarioShort, ...] = ()
    earlier: tuple[ScenarioShort, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    targets: tuple[TargetCompared, ...] = ()
    presets: tuple[PresetShown, ...] = ()
    kpis: tuple[tuple[str, str, str], ...] = ()
    months_ahead: tuple[Choice, ...] = ()
    shapes: tuple[Choice, ...] = ()
    events: tuple[Choice, ...] = ()
    table: SideBySide | None = None
    projects: tuple[ProjectShown, ...] = ()
    movable: tuple[tuple[str, str, str], ...] = ()
    happenings: tuple[Choice, ...] = ()


def what_if_content(
    app_state: AppState,
    frame: Frame,
    day: date,
    asked: Sequence[int] | None,
    lang: Lang,
    *,
    variants: bool = False,
) -> WhatIfContent:
    """Scenarios beside the forecast, a form for a new one, and the register of projects.

    Parameters
    ----------
    asked : numbers of the scenarios to compare, at most `MOST`; None: the newest
    variants : whether the low, base and high variants are shown, which take long

    Raises
    ------
    NotFound
        If there is no scenario with an asked number.
    """
    plan = frame.plan
    found = listed(app_state, plan.slug)
    projected: list[ProjectionView] = []
    problem, table = "", None
    try:
        projected = [one for one in app_state.shown(plan.slug, day) if _can_change(one)]
        if projected and variants:
            table = side_by_side(app_state, plan, day, lang)
    except (NoBundle, NoObservations) as reason:
        problem = on_page(reason, plan, lang)
    ahead = {
        month.month for one in projected for month in one.months if month.status == "projected"
    }
    of_day = [one for one in found.scenarios if one.as_of == day]
    numbers = (
        [one.id for one in of_day][:1] if asked is None else list(dict.fromkeys(asked))[:MOST]
    )
    compared = [saved(app_state, plan.slug, one) for one in numbers]
    estimates = sign_off(app_state.store, plan.slug, Month(day.year, day.month)).current
    return WhatIfContent(
        frame=frame,
        problem=problem,
        scenarios=tuple(_short(one, plan, lang) for one in of_day),
        earlier=tuple(_short(one, plan, lang) for one in found.scenarios if one.as_of != day),
        chosen=chosen_of(compared, plan, lang),
        targets=targets_of(compared, estimates, plan, lang),
        presets=tuple(_preset(one, lang) for one in found.presets),
        kpis=tuple((one.kpi, one.name[lang], unit_of(one, lang)) for one in projected),
        months_ahead=tuple((str(month), month_name(month, lang)) for month in sorted(ahead)),
        shapes=tuple((shape, TEXT[lang][f"lever.{shape}"]) for shape in SHAPES),
        events=tuple((shape, TEXT[lang][f"event.{shape}"]) for shape in EVENTS),
        table=table,
        projects=projects_shown(app_state, plan, day, lang),
        movable=movable(plan, lang),
        happenings=happenings(lang),
    )


def _can_change(one: ProjectionView) -> bool:
    """Whether any month of a KPI is projected."""
    return one.task is None and any(month.quantiles for month in one.months)


def _preset(one: PresetShape, lang: Lang) -> PresetShown:
    share = one.assumptions.get("share")
    return PresetShown(
        preset=one.preset,
        name=one.name[lang],
        kpi=one.kpi,
        share=share,
        share_shown="" if share is None else written(share, lang),
        first_day=one.assumptions.get("first_day"),
        basis=one.basis[lang],
    )


def _short(one: ScenarioSummary, plan: Plan, lang: Lang) -> ScenarioShort:
    kpi = plan.kpi(one.kpi)
    median, probability = one.median, one.probability
    return ScenarioShort(
        id=one.id,
        name=one.name,
        as_of=day_of(one.as_of, lang),
        vintage=one.as_of.isoformat(),
        by=person(one.by, lang),
        at=day_of(one.at.date(), lang),
        kpi=name_of(kpi, lang),
        unit=unit_name(one.unit, lang),
        medians=(
            number(median.baseline, lang, kpi.decimals),
            number(median.scenario, lang, kpi.decimals),
        ),
        chances=(
            chance(probability.baseline, "open", lang),
            chance(probability.scenario, "open", lang),
        ),
    )
