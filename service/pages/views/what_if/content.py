"""The what-if page: a form for scenarios, and their results beside the projection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan
from models.errors import NoBundle, NoObservations
from service.analysis.scenarios import listed, saved
from service.pages.views.frame import Choice, Frame, PlanContent
from service.pages.views.what_if.register import (
    ProjectShown,
    SideBySide,
    happenings,
    movable,
    projects_shown,
    side_by_side,
)
from service.projections.view import ProjectionView
from service.shapes.analysis import (
    PresetShape,
    ScenarioDetail,
    ScenarioResult,
    ScenarioSummary,
    SupposedYear,
)
from service.state.app_state import AppState
from service.texts import (
    STATUS,
    TEXT,
    Lang,
    bounds,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    signed,
    unit_name,
    unit_of,
    writer,
)
from service.typed_numbers import written
from service.wording import person, worded

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
    by: str
    at: str
    kpi: str
    unit: str
    medians: tuple[str, str]
    chances: tuple[str, str]


@dataclass(frozen=True)
class AssumptionShown:
    """An assumption of a preset, and its basis."""

    name: str
    value: str
    basis: str


@dataclass(frozen=True)
class SideShown:
    """A year in the baseline or in the scenario."""

    median: str
    interval: str
    target: str
    probability: str
    code: str
    status: str


@dataclass(frozen=True)
class MonthPair:
    """A changed month, in the baseline and in the scenario."""

    month: str
    baseline: str
    scenario: str


@dataclass(frozen=True)
class ResultShown:
    """A KPI in a scenario; `moved_by` names the parts that changed a total."""

    kpi: str
    name: str
    unit: str
    moved_by: str
    baseline: SideShown
    scenario: SideShown
    difference: str
    points: str
    months: tuple[MonthPair, ...]


@dataclass(frozen=True)
class ScenarioShown:
    """A saved scenario."""

    name: str
    note: str
    as_of: str
    by: str
    at: str
    notice: str
    label: str | None
    assumptions: tuple[AssumptionShown, ...]
    results: tuple[ResultShown, ...]


@dataclass(frozen=True, kw_only=True)
class WhatIfContent(PlanContent):
    """The content of the what-if page.

    Attributes
    ----------
    kpis : slug, name and unit of KPIs that can be changed
    months_ahead : months that can be changed
    shown : the chosen scenario
    table : scenarios side by side; None without projections
    projects : of the register; `movable` are the KPIs that a project can be entered for,
        as `kpis`
    """

    scenarios: tuple[ScenarioShort, ...] = ()
    presets: tuple[PresetShown, ...] = ()
    kpis: tuple[tuple[str, str, str], ...] = ()
    months_ahead: tuple[Choice, ...] = ()
    shapes: tuple[Choice, ...] = ()
    events: tuple[Choice, ...] = ()
    shown: ScenarioShown | None = None
    table: SideBySide | None = None
    projects: tuple[ProjectShown, ...] = ()
    movable: tuple[tuple[str, str, str], ...] = ()
    happenings: tuple[Choice, ...] = ()


def what_if_content(
    app_state: AppState, frame: Frame, day: date, chosen: int | None, lang: Lang
) -> WhatIfContent:
    """The scenarios of a plan, a form for a new scenario, and the chosen scenario.

    Raises
    ------
    NotFound
        If there is no scenario with the chosen number.
    """
    plan = frame.plan
    found = listed(app_state, plan.slug)
    projected: list[ProjectionView] = []
    problem, table = "", None
    try:
        projected = [one for one in app_state.shown(plan.slug, day) if _can_change(one)]
        table = side_by_side(app_state, plan, day, lang) if projected else None
    except (NoBundle, NoObservations) as reason:
        problem = worded(reason, lang)
    ahead = {
        month.month for one in projected for month in one.months if month.status == "projected"
    }
    shown = None if chosen is None else _detail(saved(app_state, plan.slug, chosen), plan, lang)
    return WhatIfContent(
        frame=frame,
        problem=problem,
        scenarios=tuple(_short(one, plan, lang) for one in found.scenarios),
        presets=tuple(_preset(one, lang) for one in found.presets),
        kpis=tuple((one.kpi, one.name[lang], unit_of(one, lang)) for one in projected),
        months_ahead=tuple((str(month), month_name(month, lang)) for month in sorted(ahead)),
        shapes=tuple((shape, TEXT[lang][f"lever.{shape}"]) for shape in SHAPES),
        events=tuple((shape, TEXT[lang][f"event.{shape}"]) for shape in EVENTS),
        shown=shown,
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


def _detail(one: ScenarioDetail, plan: Plan, lang: Lang) -> ScenarioShown:
    """A saved scenario, each KPI beside its projection."""
    return ScenarioShown(
        name=one.name,
        note=one.note,
        as_of=day_of(one.as_of, lang),
        by=person(one.by, lang),
        at=day_of(one.at.date(), lang) if one.at else "–",
        notice=one.notice[lang],
        label=one.label[lang] if one.label else None,
        assumptions=tuple(
            AssumptionShown(
                name=assumption.name[lang],
                value=f"{number(assumption.value, lang)} {unit_name(assumption.unit, lang)}",
                basis=assumption.basis[lang],
            )
            for assumption in one.assumptions
        ),
        results=tuple(_result(result, plan, lang) for result in one.results),
    )


def _result(one: ScenarioResult, plan: Plan, lang: Lang) -> ResultShown:
    kpi, change = plan.kpi(one.kpi), one.difference
    points = change.probability
    return ResultShown(
        kpi=one.kpi,
        name=one.name[lang],
        unit=unit_of(one, lang),
        moved_by=", ".join(name_of(plan.kpi(slug), lang) for slug in one.moved_by),
        baseline=_side(one.baseline, kpi.decimals, lang),
        scenario=_side(one.scenario, kpi.decimals, lang),
        difference=signed(change.median, lang, kpi.decimals),
        points="–" if points is None else signed(100 * points, lang, 0),
        months=_months(one, kpi.decimals, lang),
    )


def _side(one: SupposedYear, decimals: int, lang: Lang) -> SideShown:
    year = one.projected
    written = writer(year, decimals, lang)
    low, high = written(year.quantiles.q10), written(year.quantiles.q90)
    of_year = (target for target in one.targets if target.period == "year")
    assigned = next((target for target in of_year if target.level == "assigned"), None)
    return SideShown(
        median=written(year.median),
        interval=f"{low} – {high}",
        target=bounds(assigned, lang, decimals) if assigned else "–",
        probability=chance(one.probability, one.status, lang),
        code=one.status,
        status=STATUS[lang][one.status],
    )


def _months(one: ScenarioResult, decimals: int, lang: Lang) -> tuple[MonthPair, ...]:
    before, after = (
        {month.month: month.median for month in year.months}
        for year in (one.baseline, one.scenario)
    )
    return tuple(
        MonthPair(
            month=month_name(month, lang),
            baseline=number(before[month], lang, decimals),
            scenario=number(after[month], lang, decimals),
        )
        for month in one.changed_months
    )
